import { untag } from "../../../lib/oci/tag";
import { Image } from "../../../providers/oci/image";
import type { KindFixture } from "../../support/fixture";
import { Ground, imageOf, REPOSITORY, secrets } from "./in-registry";

/** `place` is told the ground that is made, for who builds on it. */
export const ociImage = (_name: string, place: { ground?: Ground } = {}): KindFixture => {
  let ground: Ground;
  const [one, two, theirs] = [imageOf("one"), imageOf("two"), imageOf("theirs")];
  const from = (image: typeof one) => ({ digest: image.manifest.digest, source: ground.layoutOf(image) });
  const args = () => ({
    ...{ registry: ground.registry(), repository: REPOSITORY, tag: "v1", ...from(one) },
    platform: { os: "linux", architecture: "amd64" },
  });
  return {
    resource: Image,
    module: "providers/oci/image",
    async setup() {
      ground = place.ground = await Ground.make();
      for (const image of [one, two]) await ground.layout(image);
      await ground.push(theirs);
    },
    teardown: () => ground.end(),
    args,
    changed: () => ({ ...args(), ...from(two) }),
    replaced: () => ({ ...args(), tag: "v2" }),
    bad: [
      { args: { registry: { address: "https://site-registry" } }, path: "registry.address" },
      { args: { repository: "Site/Hello" }, path: "repository" },
      { args: { tag: "a tag" }, path: "tag" },
      { args: { digest: "sha256:0" }, path: "digest" },
      { args: { platform: { architecture: "" } }, path: "platform.architecture" },
    ],
    async drift() {
      await ground.tag("v1", theirs);
      return "digest";
    },
    lose: () => untag(ground.client, { repository: REPOSITORY, tag: "v1" }),
    foreign: () => ground.tag("v1", theirs),
    foreignIntact: async () => (await ground.tags()).join() === `v1 ${theirs.manifest.digest}`,
    removeForeign: () => untag(ground.client, { repository: REPOSITORY, tag: "v1" }),
    async residue() {
      // So that each push sends its blobs anew.
      for (const image of [one, two]) await ground.collect(image);
      return ground.tags();
    },
    unreachable: () => ({ registry: ground.registry("127.0.0.1:1") }),
    secrets,
  };
};
