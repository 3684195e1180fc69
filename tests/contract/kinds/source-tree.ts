import { appendFileSync, readdirSync } from "node:fs";
import { sourceTree } from "../../../lib/host/jobs/source";
import { Tree } from "../../../providers/source/tree";
import type { MakeFixture } from "../../support/fixture";
import { GitRepository } from "../../support/source/git-repository";
import { onSourceGround, SourceGround } from "./source-ground";

export const sourceTreeKind: MakeFixture = () => {
  let ground: SourceGround;
  let upstream: GitRepository;
  let commits: string[];
  const origin = (n: number) => ({ git: upstream.path, commit: commits[n] as string, history: true });
  const args = () => ({ ...ground.args(), origin: origin(0) });
  const common = onSourceGround(() => ground);
  return {
    ...common,
    resource: Tree,
    module: "providers/source/tree",
    async setup() {
      ground = await SourceGround.make("tree");
      upstream = new GitRepository();
      commits = ["one", "two", "three"].map((text) => upstream.commit({ file: text }));
    },
    async teardown() {
      upstream.remove();
      await common.teardown();
    },
    args,
    changed: () => ({ ...args(), origin: origin(1) }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { origin: { git: "https://user:password@git.example.org/a", commit: "main" } }, path: "origin" },
      { args: { origin: { archive: "https://example.org/a.tar.gz" } }, path: "origin" },
    ],
    async drift() {
      const [tarball] = readdirSync(ground.served("")).filter((name) => name.endsWith(".tar.gz"));
      appendFileSync(ground.served(tarball as string), "x");
      return "origin";
    },
    foreign: () => ground.serve(sourceTree, { store: ground.store, name: "site", origin: origin(2) }),
    foreignIntact: async () => {
      const found = await ground.standing();
      return JSON.stringify(found?.asked).includes(commits[2] as string) && found?.touched.length === 0;
    },
  };
};
