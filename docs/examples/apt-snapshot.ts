import { Snapshot } from "../../providers/apt/snapshot";
import { control1 } from "./machines";

new Snapshot("debian-2026-11", {
  host: control1,
  store: "/srv/content",
  name: "debian-2026-11",
  manifest: `sha256:${"0".repeat(64)}`, // the output of an apt:Mirror on the day; apt:Published serves it again
  note: "what release 2026.2 was tested with",
});
