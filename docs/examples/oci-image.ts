import { Image } from "../../providers/oci/image";
import { registry } from "./machines";

new Image("hello-arm64", {
  registry,
  repository: "site/hello",
  tag: "v1-arm64",
  digest: `sha256:${"0".repeat(64)}`, // plan/images.ts computes it
  source: ".state/content", // an OCI layout
  platform: { architecture: "arm64" },
});
