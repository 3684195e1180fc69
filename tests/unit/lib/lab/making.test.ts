import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalHost } from "../../../../lib/host/local";
import { findArchive, packImage } from "../../../../lib/lab/image-archive";
import { ensureKeyPair } from "../../../../lib/lab/keys";
import { labRunc } from "../../../../lib/lab/lab-runc";

const local = new LocalHost();
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "making-"));
});
afterEach(() => rm(directory, { recursive: true }));

test("the same layer packs into the same bytes, whose image ID is read back", async () => {
  const image = { tag: "site/x:1", architecture: "s390x", config: { Cmd: ["/x"] } };
  await writeFile(join(directory, "layer.tar"), "layer");
  const first = await packImage(local, directory, join(directory, "one.tar"), image);
  await utimes(join(directory, "layer.tar"), 1, 1);
  const second = await packImage(local, directory, join(directory, "two.tar"), image);
  expect(await readFile(first.path)).toEqual(await readFile(second.path));
  expect(await findArchive(local, second.path)).toEqual({ ...second, id: first.id });
  expect(await findArchive(local, join(directory, "none.tar"))).toBeUndefined();
});

test("a key pair is made once, private to its owner", async () => {
  const made = await ensureKeyPair(local, directory, "id");
  expect(await ensureKeyPair(local, directory, "id")).toEqual(made);
  expect((await local.stat(made.file))?.mode).toBe("0600");
  expect(made.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+=*$/);
  await rm(`${made.file}.pub`);
  expect((await ensureKeyPair(local, directory, "id")).publicKey).toBe(made.publicKey);
  expect(await readFile(`${made.file}.pub`, "utf8")).toBe(`${made.publicKey}\n`);
});

test("what runc is asked for is eased to what the machine grants", async () => {
  const script = join(directory, "lab-runc");
  // The real runc is not there: the arguments are shown instead.
  await writeFile(script, labRunc.replace('"/usr/sbin/runc"', '"/bin/echo"'), { mode: 0o755 });
  const process_ = {
    capabilities: { bounding: ["CAP_CHOWN", "CAP_SYS_RESOURCE"], ambient: null },
    rlimits: [{ type: "RLIMIT_NOFILE", hard: 2 ** 40, soft: 2 ** 40 }],
  };
  await writeFile(join(directory, "config.json"), JSON.stringify({ process: process_ }));
  const run = `ulimit -n 512; exec python3 ${script} --root /r create --bundle ${directory} id`;
  expect(execFileSync("sh", ["-c", run]).toString()).toBe(`--root /r create --bundle ${directory} id\n`);
  expect(JSON.parse(await readFile(join(directory, "config.json"), "utf8"))).toEqual({
    process: {
      capabilities: { bounding: ["CAP_CHOWN"], ambient: [] },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 512, soft: 512 }],
    },
  });
});
