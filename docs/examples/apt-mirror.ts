import { Mirror } from "../../providers/apt/mirror";
import { control1 } from "./machines";

new Mirror("debian", {
  host: control1,
  store: "/srv/content",
  name: "debian",
  suites: [
    {
      uri: "https://archive.example.org/debian",
      suite: "trixie",
      components: ["main"],
      architectures: ["amd64", "arm64", "s390x"],
      trust: { keyrings: ["/usr/share/keyrings/debian-archive-keyring.gpg"] },
      // What the plan found: the preview shows how they change.
      head: `sha256:${"0".repeat(64)}`,
      files: 63_440,
      bytes: 95_300_000_000,
    },
  ],
});
