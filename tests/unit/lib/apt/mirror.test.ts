import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readManifest } from "../../../../lib/apt/manifest";
import { type MirrorResult, mirror } from "../../../../lib/apt/mirror";
import { readFiles } from "../../../../lib/apt/pool";
import type { SuiteSource } from "../../../../lib/apt/suite";
import { readSummary } from "../../../../lib/apt/summary";
import { type Digest, digestOf } from "../../../../lib/content/digest";
import { ContentStore } from "../../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive } from "../../../support/apt/archive";

let key: ArchiveKey;
let other: ArchiveKey;
let archive: TestArchive;
let root: string;
let store: ContentStore;

beforeAll(() => {
  [key, other] = [new ArchiveKey(), new ArchiveKey("other")];
});
afterAll(() => {
  for (const each of [key, other]) each.remove();
});
beforeEach(async () => {
  archive = await TestArchive.start();
  root = mkdtempSync(join(tmpdir(), "mirror-"));
  store = new ContentStore(root);
  archive.publish("trixie", [one, two], { key, date: day(1) });
});
afterEach(async () => {
  await archive.close();
  rmSync(root, { recursive: true });
});

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const [one, two, three] = [packageOf("one"), packageOf("two", "1", 200_000), packageOf("three")];
const source = (extra: Partial<SuiteSource> = {}): SuiteSource => ({
  ...{ uri: archive.uri, suite: "trixie", components: ["main"], architectures: ["amd64"], sources: false },
  trust: { keyrings: [key.keyring] },
  ...extra,
});
const run = (...suites: SuiteSource[]): Promise<MirrorResult> =>
  mirror(
    { store: root, name: "site", suites: suites.length ? suites : [source()] },
    () => {},
    new AbortController().signal,
  );
const pool = async ({ manifest }: { manifest: Digest }) =>
  (await readFiles(store, [await readManifest(store, manifest)]))
    .flat()
    .flatMap((suite) => suite.pool.map(({ path }) => path.split("/").at(-1)))
    .sort();
const standing = async () => (await readSummary(root, "site"))?.manifest;

test("all a suite vouches for comes, verified, and is named by the manifest", async () => {
  const result = await run();
  expect(await pool(result)).toEqual(["one_1_amd64.deb", "two_1_amd64.deb"]);
  // The index comes in two forms; one was read before the packages came.
  expect(result).toMatchObject({ files: 2, bytes: 201_000, fetched: { files: 3 } });
  expect(await standing()).toBe(result.manifest);
  for (const { bytes } of [one, two]) expect(await store.size(digestOf(bytes))).toBe(bytes.length);
  expect(readdirSync(join(root, "incoming"))).toEqual([]);
});

test("an unchanged suite is one conditional request, and the same manifest", async () => {
  const before = await run();
  archive.requests.length = 0;
  const sent = archive.bytesSent;
  expect(await run()).toEqual({ ...before, fetched: { files: 0, bytes: 0 } });
  expect(archive.requests).toEqual(["dists/trixie/InRelease"]);
  expect(archive.bytesSent).toBe(sent);
});

test("of a changed suite only what is new comes", async () => {
  await run();
  archive.publish("trixie", [one, three], { key, date: day(2) });
  archive.requests.length = 0;
  const result = await run();
  expect(await pool(result)).toEqual(["one_1_amd64.deb", "three_1_amd64.deb"]);
  expect(archive.requests.filter((path) => path.endsWith(".deb"))).toEqual(["pool/main/t/three/three_1_amd64.deb"]);
});

test("two mirrors share what they have in common", async () => {
  await run();
  archive.requests.length = 0;
  await mirror({ store: root, name: "second", suites: [source()] }, () => {}, new AbortController().signal);
  expect(archive.requests.filter((path) => path.endsWith(".deb"))).toEqual([]);
});

test.each([
  [
    "a signature by another key",
    () => archive.publish("trixie", [three], { key: other, date: day(2) }),
    /which no keyring holds/,
  ],
  [
    "an expired Release",
    () => archive.publish("trixie", [three], { key, date: day(2), validUntil: day(3) }),
    /expired at 2026-01-03/,
  ],
  [
    "a Release that went back",
    () => archive.publish("trixie", [three], { key, date: day(0) }),
    /it went back from 2026-01-01/,
  ],
  ["no Release", () => archive.files.delete("dists/trixie/InRelease"), /Release failed: 404/],
  ["an index that is cut", () => index((bytes) => bytes.subarray(0, 50)), /it ended after 50 of/],
  ["an index of other bytes", () => index(flipped), /came instead of/],
  ["an index that is missing", () => indexes().map((path) => archive.files.delete(path)), /Packages.*failed: 404/],
  [
    "a package of other bytes",
    () => archive.files.set(deb("three"), flipped(three.bytes)),
    /trixie: 1 files could not be had; .*\n.*three.*came instead of/,
  ],
  ["a package that is longer", () => archive.files.set(deb("three"), Buffer.alloc(9999)), /more than the 1000 bytes/],
  ["a package that is missing", () => archive.files.delete(deb("three")), /three_1_amd64.deb failed: 404/],
])("%s fails the suite by name, and what stood stays", async (_, harm, why) => {
  const before = await run();
  archive.publish("trixie", [one, three], { key, date: day(2) });
  harm();
  await expect(run()).rejects.toThrow(why);
  expect(await standing()).toBe(before.manifest);
  expect(await pool(before)).toEqual(["one_1_amd64.deb", "two_1_amd64.deb"]);
  archive.publish("trixie", [one, three], { key, date: day(4) });
  expect(await pool(await run())).toEqual(["one_1_amd64.deb", "three_1_amd64.deb"]);
});

const deb = (name: string) => `pool/main/${name[0]}/${name}/${name}_1_amd64.deb`;
const indexes = () => [...archive.files.keys()].filter((path) => /Packages|by-hash/.test(path));
const index = (change: (bytes: Buffer) => Buffer) => {
  for (const path of indexes()) archive.files.set(path, change(archive.files.get(path) as Buffer));
};
const flipped = (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
};

test.each([
  ["cut after 70,000 bytes", { cutAfter: 70_000 }],
  ["cut, and no ranges afterwards", { cutAfter: 70_000 }],
  ["500", { status: 500 }],
  ["429", { status: 429 }],
])("a download that meets %s goes on", async (what, fault) => {
  archive.fail({ path: /two_/, ...fault });
  if (what.includes("no ranges")) archive.fail({ path: /two_/, ignoreRange: true });
  const result = await run();
  expect(await pool(result)).toHaveLength(2);
  if (what === "cut after 70,000 bytes") expect(result.fetched.bytes).toBeLessThan(210_000);
});

test("a part that an earlier run left is gone on with; a rotten one is fetched anew", async () => {
  const part = join(root, "incoming/mirror-site", `${digestOf(two.bytes).slice(7)}.part`);
  archive.fail({ path: /two_/, cutAfter: 150_000 });
  archive.fail({ path: /two_/, status: 404 });
  await expect(run()).rejects.toThrow("404");
  expect(readdirSync(join(root, "incoming/mirror-site"))).toHaveLength(1);
  // How much came before the cut depends on the machine's load.
  writeFileSync(part, two.bytes.subarray(0, 100_000));
  const sent = archive.bytesSent;
  await run();
  expect(archive.bytesSent - sent).toBeLessThan(110_000);
  rmSync(store.path(digestOf(two.bytes)));
  rmSync(join(root, "mirrors"), { recursive: true });
  mkdirSync(dirname(part), { recursive: true });
  writeFileSync(part, Buffer.alloc(100_000, "rotten"));
  await run();
  expect(await store.size(digestOf(two.bytes))).toBe(200_000);
});

test("packages that came in vain go when the archive moves on, and not those it still names", async () => {
  const four = packageOf("four");
  archive.publish("trixie", [one, three, four], { key, date: day(2) });
  archive.files.delete(deb("three"));
  await expect(run()).rejects.toThrow("404");
  expect(await store.size(digestOf(four.bytes))).toBe(1000);
  archive.publish("trixie", [one, two], { key, date: day(3) });
  await run();
  expect(await store.size(digestOf(four.bytes))).toBeUndefined();
  expect(await store.size(digestOf(one.bytes))).toBe(1000);
});

test("one suite that fails does not keep the bytes of another away", async () => {
  archive.publish("bookworm", [three], { key: other });
  await expect(run(source(), source({ suite: "bookworm" }))).rejects.toThrow(/bookworm.*which no keyring holds/);
  expect(await standing()).toBeUndefined();
  expect(await store.size(digestOf(two.bytes))).toBe(200_000);
});

test("an expired suite is taken by its digest, and only that one", async () => {
  archive.publish("trixie", [one], { key: other, date: day(2), validUntil: day(3) });
  const pinned = digestOf(archive.files.get("dists/trixie/InRelease") as Buffer);
  expect(await pool(await run(source({ trust: { pinned } })))).toEqual(["one_1_amd64.deb"]);
  archive.publish("trixie", [two], { key: other, date: day(3) });
  await expect(run(source({ trust: { pinned } }))).rejects.toThrow(`pinned is ${pinned}`);
});

test("Release with a signature beside it, no by-hash, and a redirect", async () => {
  archive.publish("trixie", [one], { key, detached: true, byHash: false });
  archive.fail({ path: /one_/, redirect: `${archive.uri}/elsewhere` });
  archive.files.set("elsewhere", one.bytes);
  const { suites } = await readManifest(store, (await run()).manifest);
  expect(suites[0]?.indexes.map(({ path }) => path)).toEqual([
    "dists/trixie/Release",
    "dists/trixie/Release.gpg",
    "dists/trixie/main/binary-amd64/Packages.xz",
    "dists/trixie/main/binary-amd64/Packages.gz",
  ]);
});

test("components and architectures the suite does not have are told", async () => {
  const wrong = run(source({ components: ["main", "contrib"], architectures: ["amd64", "mips"] }));
  await expect(wrong).rejects.toThrow(
    /has no main\/binary-mips\/Packages, contrib\/binary-amd64\/Packages.*it has main for amd64/,
  );
});
