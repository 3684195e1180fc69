import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mirror } from "../../../../lib/apt/mirror";
import { planMirror } from "../../../../lib/apt/plan";
import { digestOf } from "../../../../lib/content/digest";
import { ContentStore } from "../../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive } from "../../../support/apt/archive";

let key: ArchiveKey;
let archive: TestArchive;
let root: string;
let store: ContentStore;
beforeAll(() => {
  key = new ArchiveKey();
});
afterAll(() => key.remove());
beforeEach(async () => {
  archive = await TestArchive.start();
  root = mkdtempSync(join(tmpdir(), "adopt-tree-"));
  store = new ContentStore(join(root, "store"));
  archive.publish("trixie", [whole, rotten, cut, absent], { key });
});
afterEach(async () => {
  await archive.close();
  rmSync(root, { recursive: true });
});

const [whole, rotten, cut, absent] = [
  packageOf("whole", "1", 100_000),
  packageOf("rotten"),
  packageOf("cut"),
  packageOf("absent"),
];
const deb = (name: string) => `pool/main/${name[0]}/${name}/${name}_1_amd64.deb`;

/** A tree as another mirror left it, its archive below `at`: one package good, one rotten, one cut, one not there. */
function leave(tree: string, at: string): void {
  const put = (name: string, bytes: Buffer) => {
    mkdirSync(dirname(join(tree, at, deb(name))), { recursive: true });
    writeFileSync(join(tree, at, deb(name)), bytes);
  };
  put("whole", whole.bytes);
  put("rotten", Buffer.alloc(1000, "rot"));
  put("cut", cut.bytes.subarray(0, 500));
}

const order = (tree: string) => ({
  ...{ store: store.root, name: "site", adoptTree: tree },
  suites: [
    {
      ...{ uri: archive.uri, suite: "trixie", components: ["main"], architectures: ["amd64"], sources: false },
      trust: { keyrings: [key.keyring] },
    },
  ],
});
const signal = new AbortController().signal;
const run = (tree: string) => mirror(order(tree), () => {}, signal);
const fetched = () => archive.requests.filter((path) => path.endsWith(".deb")).sort();

test.each([
  ["apt-mirror", () => new URL(archive.uri).hostname.concat("/debian")],
  ["debmirror", () => ""],
])("what stands in the tree of %s is not fetched, and nothing in it is changed", async (_, at) => {
  const tree = join(root, "tree");
  leave(tree, at());
  const file = join(tree, at(), deb("whole"));
  const before = statSync(file);
  const plan = await planMirror(order(tree), () => {}, signal);
  const result = await run(tree);
  expect(fetched()).toEqual([deb("absent"), deb("cut"), deb("rotten")]);
  expect(result.fetched.files).toBe(plan.fetch.files + 1);
  for (const { bytes } of [whole, rotten, cut, absent]) {
    expect(digestOf(readFileSync(store.path(digestOf(bytes))))).toBe(digestOf(bytes));
  }
  expect(statSync(store.path(digestOf(whole.bytes))).ino).toBe(before.ino);
  expect(statSync(file)).toMatchObject({ mtimeMs: before.mtimeMs, mode: before.mode, size: before.size });
  expect(readFileSync(join(tree, at(), deb("rotten")), "utf8")).toBe("rot".repeat(333).concat("r"));
});

test("a tree on another disk is copied from", async () => {
  const tree = mkdtempSync("/dev/shm/adopt-tree-");
  try {
    leave(tree, "");
    await run(tree);
    expect(fetched()).not.toContain(deb("whole"));
    const stored = statSync(store.path(digestOf(whole.bytes)));
    expect(stored).toMatchObject({ size: 100_000, nlink: 1 });
    expect(stored.dev).not.toBe(statSync(tree).dev);
  } finally {
    rmSync(tree, { recursive: true });
  }
});

test("a file that only its owner may read is copied: clients read what is served", async () => {
  const tree = join(root, "tree");
  leave(tree, "");
  chmodSync(join(tree, deb("whole")), 0o600);
  await run(tree);
  expect(fetched()).not.toContain(deb("whole"));
  expect(statSync(store.path(digestOf(whole.bytes))).mode & 0o777).toBe(0o644);
});

test.each(["rotten", "big"])("what a killed run linked of %s is not written to by the next", async (name) => {
  const big = packageOf("big", "1", 200_000);
  archive.publish("trixie", [rotten, big], { key });
  const wanted = name === "big" ? big : rotten;
  const theirs = join(root, "theirs");
  const part = join(store.root, "incoming/mirror-site", `${digestOf(wanted.bytes).slice("sha256:".length)}.part`);
  writeFileSync(theirs, Buffer.alloc(wanted.bytes.length, "rot"));
  mkdirSync(dirname(part), { recursive: true });
  linkSync(theirs, part);
  const { adoptTree: _, ...without } = order(root);
  await mirror(without, () => {}, signal);
  expect(readFileSync(theirs).equals(Buffer.alloc(wanted.bytes.length, "rot"))).toBe(true);
  expect(digestOf(readFileSync(store.path(digestOf(wanted.bytes))))).toBe(digestOf(wanted.bytes));
});

test("a tree that is not there is told before anything is fetched", async () => {
  await expect(run(join(root, "nowhere"))).rejects.toThrow(/tree to adopt cannot be read.*nowhere.*Try: apt-mirror/);
  expect(fetched()).toEqual([]);
});
