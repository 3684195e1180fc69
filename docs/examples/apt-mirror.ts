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

// A few packages, for machines that are made from it, too.
new Mirror("nodes", {
  host: control1,
  store: "/srv/content",
  name: "nodes",
  suites: [
    {
      uri: "https://archive.example.org/debian",
      suite: "trixie",
      architectures: ["amd64", "s390x"],
      trust: { keyrings: ["/usr/share/keyrings/debian-archive-keyring.gpg"] },
      head: `sha256:${"0".repeat(64)}`,
      files: 312,
      bytes: 190_000_000,
    },
  ],
  packages: ["chrony", "docker.io"],
  bootstrap: true,
  signWith: { home: "/var/lib/openstack-site/keys/site", fingerprint: "0".repeat(40) }, // the outputs of an apt:SiteKey
});
