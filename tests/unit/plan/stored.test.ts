import { readdirSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../lib/content/digest";
import { sourceFiles, sourceTree } from "../../../lib/host/jobs/source";
import { LocalHost } from "../../../lib/host/local";
import { configuredIndex } from "../../../lib/pypi/configured-index";
import { planPypi } from "../../../plan/pypi-clients";
import { wantedIndex } from "../../../plan/pypi-indexes";
import type { SiteSource } from "../../../plan/sources";
import { planStored } from "../../../plan/stored";
import { TestArchive } from "../../support/apt/archive";
import { sdistOf } from "../../support/pypi/sdist";
import { TestIndex } from "../../support/pypi/upstream";
import { wheelOf } from "../../support/pypi/wheel";
import { GitRepository } from "../../support/source/git-repository";

let upstream: TestIndex;
let root: string;
const before = { ...process.env };
const keeper = () => ({
  connection: { kind: "local" as const, name: "keeper" },
  store: join(root, "store"),
  runner: "",
});
const target = { python: "3.11", architecture: "x86_64" as const, glibc: "2.36" };

beforeEach(async () => {
  upstream = await TestIndex.start();
  upstream.offer("one", wheelOf("one", "1.0"));
  root = await mkdtemp(join(tmpdir(), "plan-stored-"));
  Object.assign(process.env, { XDG_CACHE_HOME: join(root, "cache"), PATH: `${root}:${before["PATH"]}` });
});
afterEach(async () => {
  process.env = { ...before };
  await upstream.close();
  await rm(root, { recursive: true });
});

/** What pip would say of its configuration. */
async function configure(...lines: string[]): Promise<void> {
  await writeFile(join(root, "pip3"), `#!/bin/sh\ncat <<EOF\n${lines.join("\n")}\nEOF\n`);
  await chmod(join(root, "pip3"), 0o755);
}

async function index(name: string, text: string, more: object = {}) {
  const list = join(root, `${name}.txt`);
  await writeFile(list, text);
  const site = {
    name,
    lists: [list],
    targets: [target],
    upstream: upstream.simple,
    onMissing: "fail" as const,
    keep: 3,
  };
  return { ...site, ...more };
}

const run = <I, O>(job: { run(input: I, report: () => void, signal: AbortSignal): Promise<O> }, input: I) =>
  job.run(input, () => {}, new AbortController().signal);

const plan = async (...sites: Awaited<ReturnType<typeof index>>[]) =>
  planStored({ mirrors: [], indexes: await Promise.all(sites.map(wantedIndex)), sources: [] }, keeper());

test("what an index will hold, in a note what of it is to come, and what it lacks", async () => {
  const site = await index("python", "one==1.0\nnowhere==1\n", { onMissing: "report" });
  const { indexes, notes } = await plan(site);
  const { size } = { size: wheelOf("one", "1.0").bytes.length };
  const holes = ["nowhere==1: no project of that name"];
  const selection = expect.stringMatching(/^sha256:/);
  expect(indexes).toEqual([
    { name: "python", upstream: upstream.simple, selection, files: 1, bytes: size, holes, wheels: [] },
  ]);
  const told = `1 file, ${size} B; 1 pin without a file; 1 file, ${size} B to fetch; `;
  expect(notes[0]).toEqual({ about: "index python", text: expect.stringContaining(told) });
  expect(readdirSync(root).filter((entry) => entry === "store")).toEqual([]);
});

test("where there is no wheel, one is built on the host of its architecture, and told where there is none", async () => {
  upstream.offer("tool", sdistOf("tool", "1.0"));
  const targets = [target, { ...target, architecture: "s390x" as const }];
  const site = await index("python", "tool==1.0\n", { targets, builders: { s390x: "z15" } });
  const { indexes, notes } = await plan(site);
  const { filename, bytes } = sdistOf("tool", "1.0");
  expect(indexes[0]?.wheels).toEqual([
    {
      ...{ name: "tool-1.0-cp311-s390x", builder: "z15", target: targets[1] },
      sdist: { url: expect.stringContaining(filename), filename, digest: digestOf(bytes), size: bytes.length },
    },
  ]);
  expect(notes[0]?.text).toContain("; no wheel of tool==1.0; 1 wheel built here; ");
});

test("what cannot be planned is told at once, each by its name", async () => {
  const gone = await index("gone", "one==1.0\n", { upstream: "http://127.0.0.1:1/simple" });
  const mirror = {
    ...{ uri: "http://127.0.0.1:1/debian", suite: "trixie", components: ["main"], architectures: ["amd64"] },
    ...{ sources: false, trust: { keyrings: ["/none.gpg"] } },
  };
  const indexes = await Promise.all([await index("holes", "nowhere==1\n"), gone].map(wantedIndex));
  const mirrors = [{ name: "debian", from: { suites: [mirror] } }];
  await expect(planStored({ mirrors, indexes, sources: [] }, keeper())).rejects.toThrow(
    /^content that cannot be planned; nothing was touched:\n {2}- mirror debian: [\s\S]*\n {2}- index holes: nowhere==1: no project of that name\n {4}Try: other versions, or onMissing: report\n {2}- index gone: /,
  );
}, 30_000);

test("what of sources is to come, and what cannot be had, before anything is fetched", async () => {
  const archive = await TestArchive.start();
  const repository = new GitRepository();
  try {
    archive.files.set("image", Buffer.alloc(1000));
    const file = (name: string, more: object = {}) => ({
      ...{ url: `${archive.uri}/${name}`, digest: digestOf(Buffer.alloc(1000)), path: name, ...more },
    });
    const tree = { git: repository.path, commit: repository.commit({ a: "a" }), history: false };
    const ask = (...sources: SiteSource[]) => planStored({ mirrors: [], indexes: [], sources }, keeper());
    const good: SiteSource[] = [
      { name: "guests", files: [file("image")] },
      { name: "kolla", tree },
    ];
    const { sources, notes } = await ask(...good);
    expect(sources).toEqual(good);
    const [guests, kolla] = notes.map(({ about, text }) => `${about}: ${text}`);
    expect(guests).toMatch(/^source guests: 1 file, 1.0 kB; 1 file, 1.0 kB to fetch; /);
    expect(kolla).toContain(`source kolla: commit ${tree.commit.slice(0, 12)} of ${tree.git}; 1 file to fetch; `);
    // A file whose size is given is asked for, too.
    const bad = { name: "bad", files: [file("gone", { size: 1000 }), file("lost")] };
    await expect(ask(...good, bad, { name: "nogit", tree: { ...tree, git: "/nowhere" } })).rejects.toThrow(
      /source bad: .*gone.*404[\s\S]*lost.*404[\s\S]*source nogit: .*git ls-remote failed/,
    );
    await run(sourceFiles, { store: keeper().store, name: "guests", files: [file("image")] });
    await run(sourceTree, { store: keeper().store, name: "kolla", origin: tree });
    archive.requests.length = 0;
    const again = await ask(...good);
    expect(again.notes.map(({ text }) => text.split("; ")[1])).toEqual(["nothing to fetch", "nothing to fetch"]);
    expect(archive.requests).toEqual([]);
  } finally {
    repository.remove();
    await archive.close();
  }
});

test("the upstream is the one that pip on the host asks", async () => {
  await configure("global.index-url='https://other.example/simple'", `:env:.index-url='${upstream.simple}'`);
  const { indexes } = await plan(await index("python", "one==1.0\n", { upstream: undefined }));
  expect(indexes[0]?.upstream).toBe(upstream.simple);
  await configure("global.timeout='60'");
  expect(await configuredIndex(new LocalHost("localhost"))).toBe("https://pypi.org/simple");
});

test("hosts ask the index that names them, or the one that names nobody", async () => {
  const sites = [
    await index("a", ""),
    await index("b", "", { clients: ["node"], serve: "sha256:1", directory: "/own" }),
  ];
  const planned = sites.map(({ name }) => ({
    name,
    upstream: "u",
    selection: "s",
    files: 1,
    bytes: 2,
    holes: [],
    wheels: [],
  }));
  const { indexes, asked } = planPypi(sites, planned, { url: "http://seed:8080", everybody: ["seed"] });
  expect(asked).toEqual({ seed: "http://seed:8080/a/simple/", node: "http://seed:8080/b/simple/" });
  expect(indexes[1]).toMatchObject({ name: "b", serve: "sha256:1", directory: "/own", onMissing: "fail", files: 1 });
});
