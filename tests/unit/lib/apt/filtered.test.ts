import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readManifest, type SuiteRecord } from "../../../../lib/apt/manifest";
import { type MirrorOrder, mirror } from "../../../../lib/apt/mirror";
import { planMirror } from "../../../../lib/apt/plan";
import { aptPlane } from "../../../../lib/apt/plane";
import { readPool } from "../../../../lib/apt/pool";
import { verifyInline } from "../../../../lib/apt/signature";
import { bringKey, type SiteKey } from "../../../../lib/apt/site-key";
import type { SuiteSource } from "../../../../lib/apt/suite";
import { digestOf } from "../../../../lib/content/digest";
import { mend, serve } from "../../../../lib/content/served";
import { ContentStore } from "../../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive, type TestPackage } from "../../../support/apt/archive";

let key: ArchiveKey;
let ground: string;
let home: string;
let siteKey: SiteKey;
let archive: TestArchive;
let root: string;

beforeAll(async () => {
  key = new ArchiveKey();
  ground = mkdtempSync(join(tmpdir(), "filtered-"));
  home = join(ground, "keys/site");
  siteKey = await bringKey(home, "site", 1, 1);
  writeFileSync(join(ground, "site.asc"), siteKey.publicKey);
});
afterAll(() => {
  key.remove();
  rmSync(ground, { recursive: true });
});
beforeEach(async () => {
  archive = await TestArchive.start();
  root = mkdtempSync(join(ground, "store-"));
  archive.publish("trixie", world, { key, date: day(1), validUntil: day(20_000), architectures: ["amd64", "arm64"] });
  archive.publish("security", [packageOf("lib", "2")], { key, date: day(1) });
});
afterEach(() => archive.close());

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const made = (name: string, control: string, architecture = "amd64"): TestPackage => ({
  ...packageOf(name, "1", 1000, architecture),
  control,
});
const world = [
  made("app", "Depends: lib (>= 1), data\nRecommends: extra"),
  packageOf("lib"),
  packageOf("data", "1", 1000, "all"),
  packageOf("extra"),
  packageOf("unrelated"),
  made("first", "Conflicts: second"),
  made("second", "Conflicts: first"),
  made("broken", "Depends: nowhere"),
  made("base", "Essential: yes\nPriority: required"),
  packageOf("apt"),
  packageOf("lib", "1", 1000, "arm64"),
];
const source = (suite = "trixie", extra: Partial<SuiteSource> = {}): SuiteSource => ({
  ...{ uri: archive.uri, suite, components: ["main"], architectures: ["amd64"], sources: false },
  trust: { keyrings: [key.keyring] },
  ...extra,
});
const order = (extra: Partial<MirrorOrder> = {}): MirrorOrder => ({
  ...{ store: root, name: "site", suites: [source()], packages: ["app"] },
  signWith: { home, fingerprint: siteKey.fingerprint },
  ...extra,
});
const run = (extra: Partial<MirrorOrder> = {}) => mirror(order(extra), () => {}, new AbortController().signal);
const plan = (extra: Partial<MirrorOrder> = {}) => planMirror(order(extra), () => {}, new AbortController().signal);
const suitesIn = async ({ manifest }: Awaited<ReturnType<typeof mirror>>) =>
  (await readManifest(new ContentStore(root), manifest)).suites;
const names = async (suite: SuiteRecord) =>
  (await readPool(new ContentStore(root), suite.pool)).map(({ path }) => path.split("/").at(-1)).sort();
const files = async (result: Awaited<ReturnType<typeof mirror>>) =>
  (await Promise.all((await suitesIn(result)).map(names))).flat().sort();

test("what was asked for comes with all it depends on, and nothing else", async () => {
  expect(await files(await run())).toEqual(["app_1_amd64.deb", "data_1_all.deb", "lib_1_amd64.deb"]);
  expect(await files(await run({ recommends: true }))).toContain("extra_1_amd64.deb");
  expect(await files(await run({ packages: ["extra"], bootstrap: true }))).toEqual([
    ...["apt_1_amd64.deb", "base_1_amd64.deb", "extra_1_amd64.deb"],
  ]);
});

test("all suites are solved together, each architecture by itself", async () => {
  const result = await run({
    suites: [source("trixie", { architectures: ["amd64", "arm64"] }), source("security")],
    packages: ["lib"],
  });
  const suites = await suitesIn(result);
  expect(await Promise.all(suites.map(async (each) => [each.suite, await names(each)]))).toEqual([
    ["security", ["lib_2_amd64.deb"]],
    ["trixie", ["lib_1_arm64.deb"]],
  ]);
});

test("the Release is the site's own: signed by its key, dated as upstream, without an end", async () => {
  const [suite] = await suitesIn(await run());
  const head = readFileSync(new ContentStore(root).path(suite?.indexes[0]?.digest as `sha256:${string}`));
  const text = await verifyInline(head, { keyrings: [join(ground, "site.asc")] }, "InRelease");
  expect(text).toContain("Suite: trixie\nCodename: trixie\n");
  expect(text).toContain("Date: Thu, 01 Jan 2026 00:00:00 UTC\n");
  expect(text).not.toContain("Valid-Until");
  expect(suite?.indexes.map(({ path }) => path)).toEqual([
    ...["InRelease", "main/binary-amd64/Packages.xz", "main/binary-amd64/Packages.gz"].map(
      (path) => `dists/trixie/${path}`,
    ),
  ]);
});

test("the same packages are the same bytes: in another store, and after an upstream change that is not theirs", async () => {
  const before = await run();
  archive.publish("trixie", [...world, packageOf("news")], { key, date: day(2), architectures: ["amd64", "arm64"] });
  expect(await run()).toEqual({ ...before, fetched: { files: 0, bytes: expect.any(Number) } });
  root = mkdtempSync(join(ground, "store-"));
  archive.publish("trixie", world, { key, date: day(1), architectures: ["amd64", "arm64"] });
  expect((await run()).manifest).toBe(before.manifest);
});

test("a plan says what the mirror will hold; asked again, it is one request a suite and solves nothing", async () => {
  const first = await plan();
  expect(first.suites).toMatchObject([{ suite: "trixie", files: 3, bytes: 3000 }]);
  expect(first.fetch).toEqual({ files: 3, bytes: 3000 });
  archive.requests.length = 0;
  expect((await plan()).suites).toEqual(first.suites);
  expect(archive.requests).toEqual(["dists/trixie/InRelease"]);
  const planned = { [`${archive.uri} trixie`]: first.suites[0]?.head as `sha256:${string}` };
  expect(await run({ planned })).toMatchObject({ files: 3 });
  expect((await plan()).fetch).toEqual({ files: 0, bytes: 0 });
  await expect(run({ planned, packages: ["lib"] })).rejects.toThrow(/changed since it was planned/);
});

test("packages that exclude each other are both there; what is nowhere, or fits nothing, is told", async () => {
  expect(await files(await run({ packages: ["first", "second"] }))).toHaveLength(2);
  await expect(plan({ packages: ["app", "nowhere", "neither"] })).rejects.toThrow(
    /for amd64: .*'nowhere' has no installation candidate.*Unable to locate package neither/,
  );
  await expect(plan({ packages: ["app", "broken"] })).rejects.toThrow(/broken : Depends: nowhere/);
});

test("a flat repository, and a suite that expired and is taken by its digest", async () => {
  archive.publish("flat/", world, { key, date: day(1), validUntil: day(2) });
  const pinned = digestOf(archive.files.get("flat/InRelease") as Buffer);
  const flat = source("flat/", { components: [], trust: { pinned } });
  const [suite] = await suitesIn(await run({ suites: [flat] }));
  expect(suite?.pool.files).toBe(3);
  expect(suite?.indexes.map(({ path }) => path)).toEqual(["flat/InRelease", "flat/Packages.xz", "flat/Packages.gz"]);
});

test("another key signs anew what is the same", async () => {
  const [before] = await suitesIn(await run());
  const other = join(ground, "keys/other");
  const { fingerprint } = await bringKey(other, "other", 1, 1);
  const [after] = await suitesIn(await run({ signWith: { home: other, fingerprint } }));
  expect(after?.head).toBe(before?.head);
  expect(after?.signedBy).toBe(fingerprint);
  expect(after?.indexes[0]?.digest).not.toBe(before?.indexes[0]?.digest);
});

test("an index made here and harmed by hand is mended without the upstream", async () => {
  const { manifest } = await run();
  const store = new ContentStore(root);
  await serve(aptPlane, store, "site", manifest, { [archive.uri]: "debian" });
  const index = join(root, "served/site/debian/dists/trixie/main/binary-amd64/Packages.xz");
  const good = readFileSync(index);
  writeFileSync(index, "rotten");
  archive.requests.length = 0;
  await mend(aptPlane, store, "site", undefined, new AbortController().signal);
  await serve(aptPlane, store, "site", manifest, { [archive.uri]: "debian" });
  expect(readFileSync(index)).toEqual(good);
  expect(archive.requests).toEqual([]);
});
