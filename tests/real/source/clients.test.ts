import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { digestOf } from "../../../lib/content/digest";
import { sourceCollections, sourceTree } from "../../../lib/host/jobs/source";
import { TestArchive } from "../../support/apt/archive";
import { collectionArchive } from "../../support/source/collection";
import { GitRepository } from "../../support/source/git-repository";
import { PYTHON_PROJECT } from "../../support/source/python-project";
import { StaticServer } from "../../support/static-server";

jest.setTimeout(300_000);

const exec = promisify(execFile);
const signal = new AbortController().signal;
const run = <I, O>(job: { run(input: I, report: () => void, signal: AbortSignal): Promise<O> }, input: I) =>
  job.run(input, () => {}, signal);

let root: string;
let store: string;
let upstream: GitRepository;
let web: StaticServer;
const commits: string[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "source-clients-"));
  store = join(root, "store");
  upstream = new GitRepository();
  commits.push(upstream.commit(PYTHON_PROJECT));
  upstream.git("tag", "-a", "-m", "one", "1.0");
  for (const n of [1, 2, 3, 4, 5]) commits.push(upstream.commit({ "tool.py": `X = ${n}\n` }));
  web = await StaticServer.start(join(store, "served"));
});
afterAll(async () => {
  await web.close();
  upstream.remove();
  rmSync(root, { recursive: true });
});

const serveTree = (n: number, more: object = {}) =>
  run(sourceTree, {
    store,
    name: "tool",
    origin: { git: upstream.path, commit: commits[n] as string, history: true, ...more },
  });
const env = () => ({
  ...process.env,
  HOME: root,
  PIP_CONFIG_FILE: "/dev/null",
  PIP_NO_INDEX: "1",
  NO_PROXY: "*",
  no_proxy: "*",
});

/** Installs and tells what is there then. */
async function pip(requirement: string, ...options: string[]): Promise<string[]> {
  const target = mkdtempSync(join(root, "site-"));
  const argv = ["-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--target", target];
  await exec("python3", [...argv, ...options, requirement], { env: env() });
  return readdirSync(target).filter((name) => name.endsWith(".dist-info"));
}

async function clone(): Promise<string> {
  const target = mkdtempSync(join(root, "clone-"));
  await exec("git", ["clone", "--quiet", `${web.address}/tool/tool.git`, target], { env: env() });
  return execFileSync("git", ["-C", target, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
}

test("pip installs a tree by its archive, verified, and by git, which tells the version by the tags", async () => {
  const { tarball } = await serveTree(1, { python: { name: "tool", version: "7.1" } });
  const address = `${web.address}/tool/${tarball.path}`;
  expect(await pip(`tool @ ${address}#sha256=${tarball.digest.slice(7)}`)).toEqual(["tool-7.1.dist-info"]);
  await expect(pip(`tool @ ${address}#sha256=${"0".repeat(64)}`)).rejects.toThrow(/hash/i);
  expect(await pip(`tool @ git+${web.address}/tool/tool.git@${commits[1]}`)).toEqual(["tool-1.0.post1.dist-info"]);
});

test("git clones a whole state through every switch to a later one", async () => {
  await serveTree(0);
  let cloned = 0;
  const seen = new Set<string>();
  let busy = true;
  const clients = Promise.all(
    [1, 2].map(async () => {
      while (busy) {
        seen.add(await clone());
        cloned++;
      }
    }),
  );
  for (let n = 1; n < commits.length; n++) {
    const before = cloned;
    await serveTree(n);
    // A state stays for two more: no client may be slower than that.
    while (cloned <= before) await new Promise(setImmediate);
  }
  busy = false;
  await clients;
  expect([...seen].filter((commit) => !commits.includes(commit))).toEqual([]);
  expect(seen.size).toBeGreaterThan(1);
});

test("ansible-galaxy installs by name with what that needs, and all by the list of requirements", async () => {
  const galaxy = execFileSync("scripts/ansible-galaxy", { cwd: join(__dirname, "../../.."), encoding: "utf8" }).trim();
  const archives = await TestArchive.start();
  const offered = [
    collectionArchive("acme.one", { dependencies: { "acme.two": ">=1.0.0,<2.0.0" } }),
    ...["1.0.0", "1.5.0", "2.0.0"].map((version) => collectionArchive("acme.two", { version })),
  ];
  const collections = offered.map((bytes, n) => {
    archives.files.set(`${n}.tar.gz`, bytes);
    return { url: `${archives.uri}/${n}.tar.gz`, digest: digestOf(bytes) };
  });
  const address = `${web.address}/collections`;
  await run(sourceCollections, { store, name: "collections", address, collections });
  await archives.close();
  const install = async (...argv: string[]) => {
    const target = mkdtempSync(join(root, "collections-"));
    await exec(galaxy, ["collection", "install", "-p", target, ...argv], { env: env() });
    const names = readdirSync(join(target, "ansible_collections"));
    return names.filter((name) => name.endsWith(".info")).sort();
  };
  const both = ["acme.one-1.0.0.info", "acme.two-1.5.0.info"];
  expect(await install("acme.one", "--server", `${address}/api/`)).toEqual(both);
  expect(await install("-r", join(store, "served/collections/requirements.yml"))).toEqual(both);
  expect(await install("acme.two", "--server", `${address}/api/`)).toEqual(["acme.two-2.0.0.info"]);
});
