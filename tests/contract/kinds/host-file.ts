import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptAt } from "../../../lib/host/keepsake";
import { File } from "../../../providers/host/file";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";

const FOREIGN = "theirs\n";

export const hostFile: MakeFixture = (name) => {
  let directory = "";
  const path = () => join(directory, "motd");
  const other = () => join(directory, "sub/issue");
  const host = { kind: "local", name: "localhost" };
  const args = () => ({ host, path: path(), content: "one\n", mode: "0640", owner: "root", group: "root" });
  return {
    resource: File,
    module: "providers/host/file",
    async setup() {
      directory = await mkdtemp(join(tmpdir(), `${name}-host-file-`));
    },
    teardown: () => rm(directory, { recursive: true }),
    args,
    changed: () => ({ ...args(), content: "two\n", mode: "0600" }),
    replaced: () => ({ ...args(), path: other() }),
    bad: [
      { args: { path: "relative/path" }, path: "path" },
      { args: { mode: "rw-r--r--" }, path: "mode" },
      { args: { host: { kind: "ssh", name: "b", address: "b", password: PASSWORD } }, path: "host.hostKey" },
      { args: { contnet: "misspelt" }, path: "contnet" },
      { args: { source: "motd.txt", digest: "sha256:0" }, path: "digest" },
    ],
    async drift() {
      await writeFile(path(), "edited by hand\n");
      return "content";
    },
    lose: () => rm(path()),
    async foreign() {
      await mkdir(directory, { recursive: true });
      await writeFile(path(), FOREIGN);
      await chmod(path(), 0o604);
    },
    async foreignIntact() {
      const [content, { mode }] = await Promise.all([readFile(path(), "utf8"), stat(path())]);
      return content === FOREIGN && (mode & 0o7777) === 0o604;
    },
    removeForeign: () => rm(path()),
    async residue() {
      const names = await readdir(directory, { recursive: true });
      const kept = await stat(keptAt(path())).then(
        () => ["a kept copy"],
        () => [],
      );
      // Parent directories that we made stay: they may serve others by now.
      return [...names.filter((file) => file !== "sub"), ...kept];
    },
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
