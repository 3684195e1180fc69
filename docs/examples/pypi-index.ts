import { Index } from "../../providers/pypi/index";
import { control1 } from "./machines";

new Index("wheels", {
  host: control1,
  store: "/srv/content",
  name: "wheels",
  upstream: "https://pypi.org/simple",
  lists: ["requirements/upper-constraints.txt"],
  targets: [
    { python: "3.12", architecture: "x86_64" },
    { python: "3.12", architecture: "s390x" },
  ],
  // What the plan found: the preview shows how they change.
  selection: `sha256:${"0".repeat(64)}`,
  files: 640,
  bytes: 410_000_000,
});
