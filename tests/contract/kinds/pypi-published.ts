import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../../../lib/content/digest";
import { observeServed, serve, unserve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { pypiPlane } from "../../../lib/pypi/plane";
import { Published } from "../../../providers/pypi/published";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { PypiGround } from "./pypi-store";

export const pypiPublished: MakeFixture = () => {
  let ground: PypiGround;
  let first: Digest;
  let second: Digest;
  const store = () => new ContentStore(ground.store);
  const args = () => ({ host: ground.host, store: ground.store, name: "site", manifest: first });
  return {
    resource: Published,
    module: "providers/pypi/published",
    async setup() {
      ground = await PypiGround.make();
      first = await ground.build("first", "one");
      second = await ground.build("second", "two");
    },
    teardown: () => ground.end(),
    args,
    changed: () => ({ ...args(), manifest: second }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { manifest: "sha256:0" }, path: "manifest" },
      { args: { store: "srv" }, path: "store" },
    ],
    async drift() {
      appendFileSync(join(ground.store, "served/site/simple/one/index.html"), "x");
      return "manifest";
    },
    lose: () => unserve(store(), "site"),
    foreign: () => serve(pypiPlane, store(), "site", second, null),
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
