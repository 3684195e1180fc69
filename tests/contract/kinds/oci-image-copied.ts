import { pushImage } from "../../../lib/oci/push";
import type { MakeFixture } from "../../support/fixture";
import { Ground, imageOf, REPOSITORY } from "./in-registry";
import { ociImage } from "./oci-image";

const BUILT = "site/built";

/** The same kind, fed from another registry that wants a login, and after a change from another name in its own. */
export const ociImageCopied: MakeFixture = (name) => {
  const target: { ground?: Ground } = {};
  const fixture = ociImage(name, target);
  let upstream: Ground;
  const [one, two] = [imageOf("one"), imageOf("two")];
  const args = () => ({
    ...fixture.args(),
    ...{ digest: one.manifest.digest, source: { registry: upstream.registry(), repository: REPOSITORY } },
  });
  return {
    ...fixture,
    variant: "-copied",
    async setup() {
      await fixture.setup();
      upstream = await Ground.make();
      await upstream.push(one);
      if (target.ground) await pushImage(target.ground.client, BUILT, "two", two);
    },
    async teardown() {
      await fixture.teardown();
      await upstream.end();
    },
    args,
    changed: () => ({ ...args(), digest: two.manifest.digest, source: { repository: BUILT } }),
    replaced: () => ({ ...args(), tag: "v2" }),
    bad: [
      { args: { source: "" }, path: "source" },
      { args: { source: { repository: "Site/Hello" } }, path: "source" },
      { args: { source: { registry: { address: "https://upstream" }, repository: "a" } }, path: "source" },
      { args: { host: { kind: "ssh", name: "seed" } }, path: "host.address" },
    ],
  };
};
