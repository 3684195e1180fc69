import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalHost } from "../../../lib/host/local";
import { type BaseSpec, planBase } from "../../../lib/oci/base/recipe";
import { untag } from "../../../lib/oci/tag";
import { BaseImage } from "../../../providers/oci/base-image";
import { AptArchive, architecture } from "../../support/apt/unsigned-archive";
import type { MakeFixture } from "../../support/fixture";
import { Ground, imageOf, REPOSITORY, secrets } from "./in-registry";

const at = { repository: REPOSITORY, tag: "base" };

export const ociBaseImage: MakeFixture = (name) => {
  let ground: Ground;
  let archive: AptArchive;
  let cache: string;
  const before = process.env["XDG_CACHE_HOME"];
  const recipes: string[] = [];
  const theirs = imageOf("theirs");

  const images = () => join(cache, "openstack-site/images");
  const spec = (word: string): BaseSpec => ({
    ...{ architecture: architecture(), variant: "extract", sources: [archive.source], packages: ["greeting"] },
    labels: { word },
  });
  const args = () => ({
    ...{ registry: ground.registry(), host: { kind: "local", name: "localhost" }, ...at },
    ...{ ...spec("one"), recipe: recipes[0] },
  });
  return {
    resource: BaseImage,
    module: "providers/oci/base-image",
    async setup() {
      ground = await Ground.make();
      await ground.push(theirs);
      archive = await AptArchive.start();
      await archive.publish({ greeting: "hello\n" });
      for (const word of ["one", "two"]) recipes.push((await planBase(new LocalHost(), spec(word))).recipe);
      cache = await mkdtemp(join(tmpdir(), `${name}-cache-`));
      process.env["XDG_CACHE_HOME"] = cache;
    },
    async teardown() {
      if (before === undefined) delete process.env["XDG_CACHE_HOME"];
      else process.env["XDG_CACHE_HOME"] = before;
      await rm(cache, { recursive: true });
      await archive.close();
      await ground.end();
    },
    args,
    changed: () => ({ ...args(), ...spec("two"), recipe: recipes[1] }),
    replaced: () => ({ ...args(), tag: "other" }),
    bad: [
      { args: { architecture: "x86_64" }, path: "architecture" },
      { args: { sources: [{ uri: "http://user:word@mirror/", suites: ["trixie"] }] }, path: "sources.0.uri" },
      { args: { variant: "tiny" }, path: "variant" },
      { args: { packages: ["a b"] }, path: "packages.0" },
      { args: { recipe: "sha256:0" }, path: "recipe" },
    ],
    async drift() {
      await ground.tag(at.tag, theirs);
      return "recipe";
    },
    lose: () => untag(ground.client, at),
    foreign: () => ground.tag(at.tag, theirs),
    foreignIntact: async () => (await ground.tags()).join() === `${at.tag} ${theirs.manifest.digest}`,
    removeForeign: () => untag(ground.client, at),
    async residue() {
      // Until the second image is made, the first is made anew each time: a sweep over creates meets every moment of it.
      const made = await readdir(images()).catch((): string[] => []);
      if (!made.includes(`base-${recipes[1]?.slice(7, 19)}`)) await rm(images(), { recursive: true, force: true });
      return ground.tags();
    },
    unreachable: () => ({ registry: ground.registry("127.0.0.1:1") }),
    secrets,
  };
};
