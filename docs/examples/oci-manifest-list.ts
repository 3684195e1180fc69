import { ManifestList } from "../../providers/oci/manifest-list";
import { registry } from "./machines";

const child = (architecture: string, digit: string) => ({
  digest: `sha256:${digit.repeat(64)}`,
  size: 512,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  platform: { architecture },
});

new ManifestList("hello", {
  registry,
  repository: "site/hello",
  tag: "v1",
  digest: `sha256:${"0".repeat(64)}`, // plan/images.ts computes it from the children
  children: [child("amd64", "a"), child("arm64", "b"), child("s390x", "c")],
});
