import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { aptPlane } from "../../../lib/apt/plane";
import type { Digest } from "../../../lib/content/digest";
import { observeServed, serve, unserve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { Published } from "../../../providers/apt/published";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { AptGround } from "./apt-store";

export const aptPublished: MakeFixture = () => {
  let ground: AptGround;
  let first: Digest;
  let second: Digest;
  const store = () => new ContentStore(ground.store);
  const layout = () => ({ [ground.archive.uri]: "debian" });
  const args = () => ({
    ...{ host: ground.host, store: ground.store, name: "site" },
    ...{ manifest: first, layout: layout() },
  });
  return {
    resource: Published,
    module: "providers/apt/published",
    async setup() {
      ground = await AptGround.make();
      first = await ground.mirror("one", "trixie");
      second = await ground.mirror("two", "bookworm");
    },
    teardown: () => ground.end(),
    args,
    changed: () => ({ ...args(), manifest: second }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { manifest: "sha256:0" }, path: "manifest" },
      { args: { layout: { "http://archive": "etc/../.." } }, path: "layout" },
    ],
    async drift() {
      const dists = join(ground.store, "served/site/debian/dists");
      appendFileSync(join(dists, readdirSync(dists)[0] as string, "InRelease"), "x");
      return "manifest";
    },
    lose: () => unserve(store(), "site"),
    foreign: () => serve(aptPlane, store(), "site", second, layout()),
    foreignIntact: async () => {
      const found = await observeServed(store(), "site");
      return found?.manifest === second && found?.touched.length === 0;
    },
    removeForeign: () => unserve(store(), "site"),
    residue: async () => [...ground.entries("served"), ...ground.entries("trees")],
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
