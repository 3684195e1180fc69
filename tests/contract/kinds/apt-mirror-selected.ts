import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planMirror } from "../../../lib/apt/plan";
import { bringKey } from "../../../lib/apt/site-key";
import type { MakeFixture } from "../../support/fixture";
import { aptMirror } from "./apt-mirror";
import type { AptGround } from "./apt-store";

/** The same kind with some packages alone, signed by a key of the site, and with no state kept but the present one. */
export const aptMirrorSelected: MakeFixture = (name) => {
  const target: { ground?: AptGround } = {};
  const fixture = aptMirror(name, target);
  const directory = mkdtempSync(join(tmpdir(), "apt-selected-"));
  const home = join(directory, "key");
  const heads = new Map<string, object>();
  let fingerprint = "";
  const selecting = (selected: string) => ({
    ...fixture.args(),
    ...{ packages: [selected], signWith: { home, fingerprint }, keep: 0, suites: [heads.get(selected)] },
  });
  /** Beside another store: what is under test begins with nothing. */
  const plan = async (selected: string) => {
    const source = target.ground?.source("trixie");
    if (!source) throw new Error("no archive");
    const order = { store: join(directory, "plans"), name: "site", suites: [source], packages: [selected] };
    const [suite] = (await planMirror(order, () => {}, new AbortController().signal)).suites;
    heads.set(selected, { ...source, ...suite });
  };
  return {
    ...fixture,
    variant: "-selected",
    async setup() {
      await fixture.setup();
      fingerprint = (await bringKey(home, "site", 1, 1)).fingerprint;
      for (const selected of ["one", "two"]) await plan(selected);
    },
    async teardown() {
      await fixture.teardown();
      rmSync(directory, { recursive: true });
    },
    args: () => selecting("one"),
    changed: () => selecting("two"),
    replaced: () => ({ ...selecting("one"), name: "other" }),
    bad: [
      { args: { packages: ["One Two"] }, path: "packages.0" },
      { args: { signWith: { home: "key", fingerprint } }, path: "signWith.home" },
      { args: { keep: -1 }, path: "keep" },
    ],
  };
};
