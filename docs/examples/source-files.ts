import { Files } from "../../providers/source/files";
import { control1 } from "./machines";

new Files("guest-images", {
  host: control1,
  store: "/srv/content",
  name: "images",
  files: [
    {
      url: "https://images.example.org/debian-13-generic-arm64.qcow2",
      digest: `sha256:${"0".repeat(64)}`,
      path: "debian-13/arm64.qcow2",
    },
    {
      url: "https://keys.example.org/docker.asc",
      digest: `sha256:${"1".repeat(64)}`,
      path: "keys/docker.asc",
    },
  ],
});
