import { Image } from "../../providers/oci/image";
import { control1, registry } from "./machines";

const platform = { architecture: "arm64" };
const digest = `sha256:${"0".repeat(64)}`; // plan/images.ts computes it, or asks for it

// From an OCI layout.
new Image("hello-arm64", {
  ...{ registry, repository: "site/hello", tag: "v1-arm64", digest, platform },
  source: ".state/content",
});

// From another registry. The bytes pass through control1, not through the machine that runs this.
new Image("nova-api", {
  ...{ registry, repository: "site/nova-api", tag: "v1", digest, platform },
  source: { registry: { address: "registry.example.org" }, repository: "kolla/nova-api" },
  host: control1,
});

// The same image under another name: nothing is sent.
new Image("nova-api-arm64", {
  ...{ registry, repository: "site/nova-api-arm64", tag: "v1", digest, platform },
  source: { repository: "site/nova-api" },
});
