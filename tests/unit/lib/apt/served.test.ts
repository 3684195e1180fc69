import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forget } from "../../../../lib/apt/forget";
import { mirror } from "../../../../lib/apt/mirror";
import { aptPlane } from "../../../../lib/apt/plane";
import { type Digest, digestOf } from "../../../../lib/content/digest";
import { scrub } from "../../../../lib/content/scrub";
import { mend, observeServed, serve, unserve } from "../../../../lib/content/served";
import { putServedBack, rememberServed, type ServedBefore } from "../../../../lib/content/served-before";
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
  root = mkdtempSync(join(tmpdir(), "served-"));
  store = new ContentStore(root);
});
afterEach(async () => {
  await archive.close();
  rmSync(root, { recursive: true });
});

const packages = ["one", "two", "three", "four"].map((name) => packageOf(name));
const deb = (n: number) =>
  `debian/pool/main/${packages[n]?.name[0]}/${packages[n]?.name}/${packages[n]?.name}_1_amd64.deb`;
let clock = 1;

/** A mirror of the suite with these packages. */
async function state(...numbers: number[]): Promise<Digest> {
  archive.publish(
    "trixie",
    numbers.flatMap((n) => packages[n] ?? []),
    { key, date: new Date(Date.UTC(2026, 0, ++clock)) },
  );
  const source = { uri: archive.uri, suite: "trixie", components: ["main"], architectures: ["amd64"], sources: false };
  const suites = [{ ...source, trust: { keyrings: [key.keyring] } }];
  return (await mirror({ store: root, name: "m", suites }, () => {}, new AbortController().signal)).manifest;
}
const layout = () => ({ [archive.uri]: "debian" });
const put = (manifest: Digest) => serve(aptPlane, store, "site", manifest, layout());
const served = (path: string) => join(root, "served/site", path);
const byHash = () => readdirSync(served("debian/dists/trixie/main/binary-amd64/by-hash/SHA256"));

test("what is served is what the archive signed, as hard links", async () => {
  const manifest = await state(0, 1);
  await put(manifest);
  expect(readFileSync(served("debian/dists/trixie/InRelease"))).toEqual(archive.files.get("dists/trixie/InRelease"));
  expect(readFileSync(served(deb(0)))).toEqual(packages[0]?.bytes);
  expect(statSync(served(deb(0))).ino).toBe(statSync(store.path(digestOf(packages[0]?.bytes ?? ""))).ino);
  expect(await observeServed(store, "site")).toEqual({ manifest, layout: layout(), touched: [] });
});

test("without a layout an archive stands under its host and path, as apt-mirror leaves it", async () => {
  await serve(aptPlane, store, "site", await state(0), {});
  const { host } = new URL(archive.uri);
  expect(readdirSync(served(`${host}/debian`)).sort()).toEqual(["dists", "pool"]);
});

test("two earlier generations stay reachable by hash, the third is gone", async () => {
  const states: Digest[] = [];
  for (const numbers of [[0], [1], [2], [3]]) {
    states.push(await state(...numbers));
    await put(states.at(-1) as Digest);
  }
  expect([0, 1, 2, 3].map((n) => existsSync(served(deb(n))))).toEqual([false, true, true, true]);
  expect(byHash()).toHaveLength(2 * 3);
  // Two trees, each with the looks of its files.
  expect(readdirSync(join(root, "trees/site"))).toHaveLength(4);
});

test("rolling back is serving an older manifest", async () => {
  const [first, second] = [await state(0), await state(1)];
  await put(first);
  await put(second);
  await put(first);
  expect((await observeServed(store, "site"))?.manifest).toBe(first);
  expect([0, 1].map((n) => existsSync(served(deb(n))))).toEqual([true, true]);
});

test.each([
  ["changed", () => appendFileSync(served(deb(0)), "x")],
  [
    "replaced",
    () => {
      rmSync(served(deb(0)));
      writeFileSync(served(deb(0)), packages[0]?.bytes ?? "");
    },
  ],
  ["removed", () => rmSync(served(deb(0)))],
  ["added", () => writeFileSync(served("debian/more"), "x")],
])("a file that was %s is seen, and mended", async (what, harm) => {
  await put(await state(0, 1));
  harm();
  expect((await observeServed(store, "site"))?.touched).toHaveLength(1);
  expect(await mend(aptPlane, store, "site", undefined, new AbortController().signal)).toHaveLength(
    what === "changed" ? 1 : 0,
  );
  await put((await observeServed(store, "site"))?.manifest as Digest);
  expect((await observeServed(store, "site"))?.touched).toEqual([]);
  expect(readFileSync(served(deb(0)))).toEqual(packages[0]?.bytes);
});

test("a scrub finds what rotted in the store and fetches it again, for clients, too", async () => {
  const manifest = await state(0, 1);
  await put(manifest);
  const [first, second] = packages.map(({ bytes }) => digestOf(bytes)) as [Digest, Digest];
  const path = store.path(first);
  const { atime, mtime } = statSync(path);
  writeFileSync(path, Buffer.alloc(1000, "rot"));
  (await import("node:fs")).utimesSync(path, atime, mtime);
  rmSync(store.path(second));
  const result = await scrub([aptPlane], { store: root }, () => {}, new AbortController().signal);
  expect(result.repaired.map((each) => each.split("/").at(-1)).sort()).toEqual(["one_1_amd64.deb", "two_1_amd64.deb"]);
  expect(readFileSync(path)).toEqual(packages[0]?.bytes);
  expect(readFileSync(served(deb(0)))).toEqual(packages[0]?.bytes);
  expect((await observeServed(store, "site"))?.touched).toEqual([]);
  expect(await scrub([aptPlane], { store: root }, () => {}, new AbortController().signal)).toMatchObject({
    repaired: [],
    lost: [],
  });
});

test("what was served before stays with all its files until it is put back", async () => {
  const first = await state(0);
  await put(first);
  const before = (await rememberServed(store, "site")) as ServedBefore;
  for (const numbers of [[1], [2], [3], [1, 2]]) await put(await state(...numbers));
  await forget(store, "m", true);
  await putServedBack(aptPlane, store, "site", before);
  expect(await observeServed(store, "site")).toEqual({ manifest: first, layout: layout(), touched: [] });
  expect(readFileSync(served(deb(0)))).toEqual(packages[0]?.bytes);
  expect(readdirSync(join(root, "pins"))).toEqual([encodeURIComponent("served/site")]);
});

test("what is taken away leaves nothing but the store; twice is fine", async () => {
  await put(await state(0));
  for (const _ of [1, 2]) await unserve(store, "site");
  expect(await observeServed(store, "site")).toBeUndefined();
  expect(readdirSync(join(root, "served"))).toEqual([]);
  expect(existsSync(join(root, "trees/site"))).toBe(false);
  expect(() => readlinkSync(served(""))).toThrow();
});
