import { readFileSync, writeFileSync } from "node:fs";
import type { Digest } from "../../../lib/content/digest";
import { dropSnapshot, snapshotFile, takeSnapshot } from "../../../lib/content/snapshot";
import { ContentStore } from "../../../lib/content/store";
import { Snapshot } from "../../../providers/apt/snapshot";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { AptGround } from "./apt-store";

export const aptSnapshot: MakeFixture = () => {
  let ground: AptGround;
  let first: Digest;
  let second: Digest;
  const store = () => new ContentStore(ground.store);
  const args = () => ({
    ...{ host: ground.host, store: ground.store, name: "release", manifest: first, note: "as tested" },
  });
  const file = () => snapshotFile(ground.store, "release", first);
  return {
    resource: Snapshot,
    module: "providers/apt/snapshot",
    async setup() {
      ground = await AptGround.make();
      first = await ground.mirror("one", "trixie");
      second = await ground.mirror("two", "bookworm");
    },
    teardown: () => ground.end(),
    args,
    changed: () => ({ ...args(), note: "as released" }),
    replaced: () => ({ ...args(), manifest: second }),
    bad: [
      { args: { manifest: "sha256:0" }, path: "manifest" },
      { args: { name: "A Release" }, path: "name" },
    ],
    async drift() {
      writeFileSync(file(), JSON.stringify({ manifest: first, note: "by hand" }));
      return "note";
    },
    lose: () => dropSnapshot(store(), "release", first),
    foreign: () => takeSnapshot(store(), "release", { manifest: first, note: "theirs" }),
    foreignIntact: async () => readFileSync(file(), "utf8").includes("theirs"),
    removeForeign: () => dropSnapshot(store(), "release", first),
    residue: async () => [
      ...ground.entries("snapshots"),
      ...ground.entries("pins").filter((each) => each.includes("snapshot")),
    ],
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
