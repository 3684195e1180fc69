import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gpg, stopAgent } from "../../../lib/apt/gpg";
import { observeKey, removeKey } from "../../../lib/apt/site-key";
import { SiteKey } from "../../../providers/apt/site-key";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";

export const aptSiteKey: MakeFixture = () => {
  let root = "";
  let theirs = "";
  const home = () => join(root, "site");
  const host = { kind: "local", name: "localhost" };
  const args = () => ({ host, name: "site", directory: root, generation: 1, keep: 1 });
  return {
    resource: SiteKey,
    module: "providers/apt/site-key",
    async setup() {
      root = mkdtempSync(join(tmpdir(), "site-key-"));
    },
    teardown: async () => rmSync(root, { recursive: true }),
    args,
    forward: true,
    changed: () => ({ ...args(), generation: 2 }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { name: "A Site" }, path: "name" },
      { args: { directory: "keys" }, path: "directory" },
      { args: { generation: 0 }, path: "generation" },
    ],
    async drift() {
      for (const file of readdirSync(join(home(), "private-keys-v1.d")))
        rmSync(join(home(), "private-keys-v1.d", file));
      return "generation";
    },
    lose: () => removeKey(home()),
    foreign: async () => {
      mkdirSync(home(), { mode: 0o700 });
      await gpg(home(), ["--quick-gen-key", "somebody", "rsa3072", "sign", "never"]);
      await stopAgent(home());
      theirs = (await observeKey(home()))?.fingerprint ?? "";
    },
    foreignIntact: async () => (await observeKey(home()))?.fingerprint === theirs,
    removeForeign: () => removeKey(home()),
    residue: async () => readdirSync(root),
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
