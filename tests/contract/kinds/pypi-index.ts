import { Index } from "../../../providers/pypi/index";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { PypiGround } from "./pypi-store";

export const pypiIndex: MakeFixture = () => {
  let ground: PypiGround;
  const args = () => ({
    ...{ host: ground.host, store: ground.store, name: "site", keep: 1, deleteData: true, onMissing: "fail" },
    ...ground.planned("one"),
  });
  return {
    resource: Index,
    module: "providers/pypi/index",
    async setup() {
      ground = await PypiGround.make();
    },
    teardown: () => ground.end(),
    args,
    changed: () => ({ ...args(), ...ground.planned("two") }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { upstream: "ftp://index" }, path: "upstream" },
      { args: { lists: [] }, path: "lists" },
      { args: { targets: [{ python: "3", architecture: "x86_64", glibc: "2.36" }] }, path: "targets.0.python" },
      { args: { selection: "sha256:0" }, path: "selection" },
    ],
    async drift() {
      ground.age("site");
      return "selection";
    },
    lose: () => ground.forget("site"),
    foreign: async () => {
      await ground.build("site", "two");
    },
    foreignIntact: async () => (await ground.standing("site"))?.selection === ground.planned("two").selection,
    removeForeign: () => ground.forget("site"),
    residue: async () => [...ground.entries("indexes"), ...ground.entries("pins"), ...ground.entries("blobs/sha256")],
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
