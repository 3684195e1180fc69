import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Digest } from "../../../../lib/content/digest";
import { fingerprintOf } from "../../../../lib/content/fingerprint";
import type { Plane } from "../../../../lib/content/plane";
import { relink } from "../../../../lib/content/relink";
import { observeServed, serve } from "../../../../lib/content/served";
import { ContentStore } from "../../../../lib/content/store";

let store: ContentStore;
let root: string;
beforeEach(() => {
  store = new ContentStore(mkdtempSync(join(tmpdir(), "relink-")));
  root = join(store.root, "tree");
  mkdirSync(root);
});
afterEach(() => rmSync(store.root, { recursive: true }));

type Files = Record<string, string>;

async function paths(files: Files): Promise<Map<string, Digest>> {
  const put = async (text: string) => (await store.put(Buffer.from(text))).digest;
  return new Map(
    await Promise.all(Object.entries(files).map(async ([path, text]) => [path, await put(text)] as const)),
  );
}

function contents(directory: string): Files {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => !each.isDirectory()).map((each) => join(each.parentPath, each.name));
  return Object.fromEntries(files.sort().map((path) => [path.slice(directory.length + 1), readFileSync(path, "utf8")]));
}

/** What it says of the tree is what a look would find. */
async function make(files: Files): Promise<void> {
  const lines = await relink(store, root, await paths(files));
  expect(new Set(lines)).toEqual(new Set(await fingerprintOf(root)));
  expect(contents(root)).toEqual(Object.fromEntries(Object.entries(files).sort()));
}

test("a tree becomes another: what is new comes, what is gone goes, and what is the same is not touched", async () => {
  await make({ "a/one": "1", "a/two": "2", "b/c/three": "3" });
  const [before] = (await fingerprintOf(root)).filter((line) => line.startsWith("a/one"));
  await make({ "a/one": "1", "a/two": "another", "d/four": "4" });
  expect(await fingerprintOf(root)).toContain(before);
  expect(existsSync(join(root, "b"))).toBe(false);
});

test("a file comes in the place of a directory, and a directory in the place of a file", async () => {
  await make({ a: "1", "b/c": "2" });
  await make({ "a/x": "1", b: "2" });
});

test("what somebody did to the tree is undone", async () => {
  const files = { "a/one": "1", "a/two": "2" };
  await make(files);
  rmSync(join(root, "a/one"));
  writeFileSync(join(root, "a/one"), "changed");
  rmSync(join(root, "a/two"));
  mkdirSync(join(root, "z"));
  writeFileSync(join(root, "z/added"), "added");
  await make(files);
});

test("what rotted in the store and came again is linked anew", async () => {
  const files = { one: "1" };
  await make(files);
  const [digest] = [...(await paths(files)).values()] as [Digest];
  writeFileSync(store.path(digest), "x");
  rmSync(store.path(digest));
  await make(files);
});

/** A manifest is the list of its files. */
const plane: Plane<null> = {
  head: "[",
  tree: async (of, [manifest]) => new Map(JSON.parse(readFileSync(of.path(manifest), "utf8")) as [string, Digest][]),
  files: async () => [],
};
const state = async (files: Files): Promise<Digest> =>
  (await store.put(Buffer.from(JSON.stringify([...(await paths(files))])))).digest;
const served = () => contents(join(store.root, "served/site"));

test("states are served one after the other, whatever became of the tree that is taken for the next", async () => {
  const trees = () => readdirSync(join(store.root, "trees/site")).filter((name) => !name.endsWith(".files"));
  for (let n = 0; n < 6; n++) {
    const files = { "a/same": "same", [`b/${n}`]: `${n}`, "c/changes": `${n}` };
    await serve(plane, store, "site", await state(files), null);
    expect(served()).toEqual(Object.fromEntries(Object.entries(files).sort()));
    expect(await observeServed(store, "site")).toMatchObject({ touched: [] });
    const retired = trees().find((tree) => !existsSync(join(store.root, "trees/site", tree, `b/${n}`)));
    expect(trees()).toHaveLength(Math.min(n + 1, 2));
    if (n === 2) writeFileSync(join(store.root, "trees/site", retired as string, "added"), "by hand");
    if (n === 3) rmSync(join(store.root, "trees/site", retired as string), { recursive: true });
  }
});

test("a tree that somebody serves by hand is not changed under its clients", async () => {
  for (const text of ["1", "2"]) await serve(plane, store, "site", await state({ "a/one": text }), null);
  const [first] = readdirSync(join(store.root, "trees/site"))
    .filter((name) => !name.endsWith(".files"))
    .map((name) => join(store.root, "trees/site", name))
    .filter((tree) => readFileSync(join(tree, "a/one"), "utf8") === "1") as [string];
  const link = join(store.root, "served/site");
  rmSync(link);
  symlinkSync(join("../trees/site", first.slice(dirname(first).length + 1)), link);
  const reading = readFileSync(join(first, "a/one"), "utf8");
  await serve(plane, store, "site", await state({ "a/one": "3" }), null);
  expect([reading, served()["a/one"]]).toEqual(["1", "3"]);
});
