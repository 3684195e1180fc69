import { Mirror } from "../../../providers/apt/mirror";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { AptGround } from "./apt-store";

export const aptMirror = (_name: string, target: { ground?: AptGround } = {}): ReturnType<MakeFixture> => {
  let ground: AptGround;
  const args = () => ({
    ...{ host: ground.host, store: ground.store, name: "site", keep: 1, deleteData: true },
    suites: [ground.planned("trixie")],
  });
  return {
    resource: Mirror,
    module: "providers/apt/mirror",
    async setup() {
      ground = await AptGround.make();
      target.ground = ground;
    },
    teardown: () => ground.end(),
    args,
    changed: () => ({ ...args(), suites: [ground.planned("trixie"), ground.planned("bookworm")] }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { store: "srv/apt" }, path: "store" },
      { args: { name: "A Site" }, path: "name" },
      { args: { suites: [] }, path: "suites" },
      { args: { keep: { days: 0 } }, path: "keep" },
      { args: { suites: [{ uri: "ftp://archive", suite: "a b", architectures: [] }] }, path: "suites.0.suite" },
    ],
    async drift() {
      ground.age("site");
      return "suites";
    },
    lose: async () => {
      await ground.forget("site");
    },
    foreign: async () => {
      await ground.mirror("site", "bookworm");
    },
    foreignIntact: async () => (await ground.suites("site")).join() === "bookworm",
    removeForeign: async () => {
      await ground.forget("site");
    },
    residue: async () => [...ground.entries("mirrors"), ...ground.entries("pins"), ...ground.entries("blobs/sha256")],
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
