import { Collections } from "../../providers/source/collections";
import { control1 } from "./machines";

// ansible-galaxy collection install -r http://<seed>/collections/requirements.yml
new Collections("collections", {
  host: control1,
  store: "/srv/content",
  name: "collections",
  address: "http://192.0.2.10:8000/collections",
  collections: [
    {
      url: "https://galaxy.example.org/download/ansible-posix-2.1.0.tar.gz",
      digest: `sha256:${"0".repeat(64)}`,
    },
  ],
});
