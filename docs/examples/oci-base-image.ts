import { BaseImage } from "../../providers/oci/base-image";
import { here, registry } from "./machines";

new BaseImage("debian-s390x", {
  host: here,
  registry,
  repository: "site/debian",
  tag: "trixie-s390x",
  architecture: "s390x",
  sources: [{ uri: "http://mirror.example.org/debian", suites: ["trixie", "trixie-updates"] }],
  packages: ["ca-certificates"],
  recipe: `sha256:${"0".repeat(64)}`, // planBase of lib/oci/base/recipe.ts asks the archives
});
