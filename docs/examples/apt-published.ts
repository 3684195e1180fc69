import { Published } from "../../providers/apt/published";
import { control1 } from "./machines";

new Published("debian-served", {
  host: control1,
  store: "/srv/content",
  name: "debian",
  manifest: `sha256:${"0".repeat(64)}`, // the output of an apt:Mirror; an earlier one rolls back
  layout: { "https://archive.example.org/debian": "debian" },
});
