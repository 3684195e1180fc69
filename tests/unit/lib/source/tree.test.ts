import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Digest, digestOf } from "../../../../lib/content/digest";
import { sourceStanding, sourceTree } from "../../../../lib/host/jobs/source";
import type { TreeOrigin } from "../../../../lib/source/tree";
import { TestArchive } from "../../../support/apt/archive";
import { GitRepository } from "../../../support/source/git-repository";
import { GitServer } from "../../../support/source/git-server";
import { StaticServer } from "../../../support/static-server";

let upstream: GitRepository;
let root: string;
let commits: [string, string, string];
beforeAll(() => {
  upstream = new GitRepository();
  const first = upstream.commit({ "setup.cfg": "[metadata]\nname = tool\n", "tool/main.py": "X = 1\n" });
  upstream.git("tag", "-a", "-m", "one", "1.0");
  const second = upstream.commit({ "tool/main.py": "X = 2\n", "bin/run": "#!/bin/sh\n" });
  upstream.git("switch", "--quiet", "--create", "side", first);
  const side = upstream.commit({ "side.py": "Y = 1\n" });
  upstream.git("tag", "side-tag");
  commits = [first, second, side];
});
afterAll(() => upstream.remove());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "source-tree-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const signal = new AbortController().signal;
const store = (name = "store") => join(root, name);
const bring = (origin: TreeOrigin, into = store()) =>
  sourceTree.run({ store: into, name: "tool", origin }, () => {}, signal);
const commitOf = (n: number, more: object = {}) => ({
  ...{ git: `file://${upstream.path}`, commit: commits[n] as string, history: false },
  ...more,
});
const served = (path = "") => join(store(), "served/tool", path);
const list = (archive: string) => execFileSync("tar", ["-tvzf", archive], { encoding: "utf8" }).trim().split("\n");
const sh = (command: string, ...argv: string[]) =>
  execFileSync(command, argv, { encoding: "utf8", stdio: "pipe" }).trim();

test("a commit is an archive: its tree alone, sorted, of one date, below one directory", async () => {
  const { tarball } = await bring(commitOf(1));
  const stem = `tool-${commits[1].slice(0, 12)}`;
  expect(tarball.path).toBe(`${stem}.tar.gz`);
  expect(readdirSync(served())).toEqual([tarball.path]);
  expect(digestOf(readFileSync(served(tarball.path)))).toBe(tarball.digest);
  const lines = list(served(tarball.path)).map((line) => line.split(/\s+/));
  expect(lines.map((words) => words.at(-1))).toEqual(
    ["", "bin/", "bin/run", "setup.cfg", "tool/", "tool/main.py"].map((path) => `${stem}/${path}`),
  );
  expect(new Set(lines.map((words) => words.slice(3, 5).join(" ")))).toEqual(new Set(["2026-01-03 00:00"]));
  expect(readdirSync(join(store(), "incoming"))).toEqual([]);
});

test("the archive is the same bytes wherever it is made, whatever the settings of git there", async () => {
  const config = join(root, "gitconfig");
  execFileSync("git", ["config", "--file", config, "core.autocrlf", "true"]);
  execFileSync("git", ["config", "--file", config, "tar.umask", "0077"]);
  const { tarball } = await bring(commitOf(1));
  process.env["GIT_CONFIG_GLOBAL"] = config;
  const again = await bring(commitOf(1, { history: true }), store("other")).finally(() => {
    delete process.env["GIT_CONFIG_GLOBAL"];
  });
  expect(again.tarball).toEqual(tarball);
});

test("with its history a tree is a repository that is cloned from any web server, tags of its own line included", async () => {
  await bring(commitOf(1, { history: true }));
  const clone = join(root, "clone");
  const web = await StaticServer.start(join(store(), "served"));
  await promisify(execFile)("git", ["clone", "--quiet", `${web.address}/tool/tool.git`, clone]);
  await web.close();
  expect(sh("git", "-C", clone, "rev-parse", "HEAD")).toBe(commits[1]);
  expect(sh("git", "-C", clone, "tag")).toBe("1.0");
  expect(sh("git", "-C", clone, "fsck", "--full")).toBe("");
});

test("another commit fetches only what is new, and the repository before stays for those that are cloning it", async () => {
  upstream.git("update-server-info");
  const web = await StaticServer.start(upstream.path);
  const origin = (n: number) => commitOf(n, { git: `${web.address}/.git`, history: true });
  await bring(origin(0));
  const packs = readdirSync(served("tool.git/objects/pack"));
  const asked = (commit: string) => web.requests.filter((path) => path.includes(commit.slice(2))).length;
  expect([asked(commits[0]), asked(commits[1])]).toEqual([1, 0]);
  await bring(origin(1));
  expect([asked(commits[0]), asked(commits[1])]).toEqual([1, 1]);
  await web.close();
  const now = readdirSync(served("tool.git/objects/pack"));
  expect(now).toHaveLength(4);
  expect(now).toEqual(expect.arrayContaining(packs));
  expect(readFileSync(served("tool.git/objects/info/packs"), "utf8").match(/^P /gm)).toHaveLength(1);
});

test("a tree is taken from a plain web server, as another site's, alone and with its history", async () => {
  const { tarball } = await bring(commitOf(1, { history: true }));
  const web = await StaticServer.start(join(store(), "served"));
  for (const history of [false, true]) {
    const origin = { git: `${web.address}/tool/tool.git`, commit: commits[1], history };
    expect((await bring(origin, store(`other-${history}`))).tarball).toEqual(tarball);
  }
  const refs = (of: string) => readFileSync(join(of, "served/tool/tool.git/info/refs"), "utf8");
  expect(refs(store("other-true"))).toBe(refs(store()));
  await web.close();
});

describe("from a server that speaks git", () => {
  let server: GitServer;
  beforeEach(async () => {
    server = await GitServer.start(upstream.path);
  });
  afterEach(() => server.close());
  const origin = (n: number, more: object = {}) => commitOf(n, { git: `${server.address}/.git`, ...more });

  test("a commit comes alone, and with its history", async () => {
    const { tarball } = await bring(origin(0));
    expect((await bring(origin(0, { history: true }))).tarball).toEqual(tarball);
    expect(server.requests.every((request) => /info\/refs|git-upload-pack/.test(request))).toBe(true);
  });

  test("whichever answer is an illness of the moment, or cut, the next attempt brings the commit", async () => {
    await bring(origin(0), store("whole"));
    const answers = server.requests.length;
    expect(answers).toBeGreaterThan(1);
    for (const fault of [503, "cut"] as const) {
      for (let at = 0; at < answers; at++) {
        server.faults.push(...Array<undefined>(at), fault);
        await bring(origin(0), store(`${fault}-${at}`));
        expect(server.faults).toEqual([]);
      }
    }
  });

  test.each([
    [404, /repository '.*' not found/],
    [403, /403/],
    [500, /500/],
  ])("an answer of %d is told, and leaves what is served", async (status, message) => {
    await bring(commitOf(0));
    server.faults.push(...Array<number>(9).fill(status));
    await expect(bring(origin(1))).rejects.toThrow(message);
    expect(readdirSync(served())).toEqual([`tool-${commits[0].slice(0, 12)}.tar.gz`]);
  });
});

test("an archive is taken by its digest", async () => {
  const web = await TestArchive.start();
  const bytes = Buffer.from("an archive");
  web.files.set("tool-1.0.tar.gz", bytes);
  const origin = (digest: Digest) => ({ archive: `${web.uri}/tool-1.0.tar.gz`, digest });
  await expect(bring(origin(digestOf("another")))).rejects.toThrow(/1 of 1 files could not be had/);
  const { tarball } = await bring(origin(digestOf(bytes)));
  expect(tarball.path).toBe(`tool-${digestOf(bytes).slice(7, 19)}.tar.gz`);
  expect(readFileSync(served(tarball.path))).toEqual(bytes);
  await web.close();
});

test.each([
  ["a commit that is not there", () => commitOf(0, { commit: "0".repeat(40) }), / has no commit 0{40}/],
  ["a repository that is not there", () => commitOf(0, { git: "file:///none" }), /git fetch failed: .*none/],
  [
    "a tag's own object",
    () => commitOf(0, { commit: upstream.git("rev-parse", "1.0") }),
    /is a tag. Try: \w{40}, the commit/,
  ],
  ["an address that is a program", () => commitOf(0, { git: "ext::sh -c date" }), /transport 'ext' not allowed/],
])("%s is refused, and leaves what is served", async (_what, origin, message) => {
  await bring(commitOf(0));
  await expect(bring(origin())).rejects.toThrow(message);
  expect(readdirSync(served())).toEqual([`tool-${commits[0].slice(0, 12)}.tar.gz`]);
});

test("submodules are refused by name", async () => {
  const other = new GitRepository();
  const pinned = other.commit({ "setup.cfg": "" });
  other.git("update-index", "--add", "--cacheinfo", `160000,${pinned},vendor/lib`);
  other.git("commit", "--quiet", "-m", "a submodule");
  const commit = other.git("rev-parse", "HEAD");
  await expect(bring({ git: other.path, commit, history: false })).rejects.toThrow(/submodules.*: vendor\/lib\. Try: /);
  other.remove();
});

test("what was touched is seen and made again, to the same bytes", async () => {
  const origin = commitOf(1, { history: true });
  const { tarball, manifest } = await bring(origin);
  const [pack] = readdirSync(served("tool.git/objects/pack")).filter((name) => name.endsWith(".pack"));
  appendFileSync(served(tarball.path), "x");
  appendFileSync(served(`tool.git/objects/pack/${pack}`), "x");
  const look = () => sourceStanding.run({ store: store(), name: "tool", source: "tree" }, () => {}, signal);
  expect((await look())?.touched).toHaveLength(2);
  expect((await bring(origin)).manifest).toBe(manifest);
  expect((await look())?.touched).toEqual([]);
  expect(digestOf(readFileSync(served(tarball.path)))).toBe(tarball.digest);
});

test("a build that would ask git for its version is told it", async () => {
  const { tarball } = await bring(commitOf(1, { python: { name: "tool", version: "1.0.1" } }));
  const path = `${tarball.path.replace(".tar.gz", "")}/PKG-INFO`;
  expect(sh("tar", "-xzOf", served(tarball.path), path)).toBe("Metadata-Version: 2.1\nName: tool\nVersion: 1.0.1");
  expect(existsSync(join(store(), "incoming/source-tool"))).toBe(false);
});
