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
  children: [child("amd64", "a"), child("arm64", "b")],
  missing: ["s390x"],
});

// Over images of other names: each is brought into the list's repository. Where children are known only once they are
// built, in the same run, digestOf is as unknown as they are, and becomes known with them.
const built = [
  { ...child("amd64", "a"), from: "site/hello-amd64" },
  { ...child("s390x", "c"), from: "site/hello-s390x" },
];
new ManifestList("built", {
  registry,
  repository: "site/built",
  tag: "v1",
  digest: ManifestList.digestOf(built),
  children: built,
});
