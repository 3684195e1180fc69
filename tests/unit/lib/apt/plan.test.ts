import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forget } from "../../../../lib/apt/forget";
import { mirror } from "../../../../lib/apt/mirror";
import { planMirror } from "../../../../lib/apt/plan";
import type { SuiteSource } from "../../../../lib/apt/suite";
import { readSummary } from "../../../../lib/apt/summary";
import { digestOf } from "../../../../lib/content/digest";
import { ContentStore } from "../../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive } from "../../../support/apt/archive";

let key: ArchiveKey;
let other: ArchiveKey;
let archive: TestArchive;
let root: string;

beforeAll(() => {
  [key, other] = [new ArchiveKey(), new ArchiveKey("other")];
});
afterAll(() => {
  for (const each of [key, other]) each.remove();
});
beforeEach(async () => {
  archive = await TestArchive.start();
  root = join(mkdtempSync(join(tmpdir(), "plan-")), "store");
  archive.publish("trixie", [one, two], { key, date: day(1) });
  archive.publish("bookworm", [one, three], { key, date: day(1) });
});
afterEach(async () => {
  await archive.close();
  rmSync(join(root, ".."), { recursive: true });
});

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const [one, two, three] = [packageOf("one"), packageOf("two", "1", 200_000), packageOf("three")];
const source = (suite: string): SuiteSource => ({
  ...{ uri: archive.uri, suite, components: ["main"], architectures: ["amd64"], sources: false },
  trust: { keyrings: [key.keyring] },
});
const suites = () => [source("trixie"), source("bookworm")];
const order = () => ({ store: root, name: "site", suites: suites() });
const head = (suite: string) => digestOf(archive.files.get(`dists/${suite}/InRelease`) as Buffer);
const plan = () => planMirror(order(), () => {}, new AbortController().signal);
const run = (planned = {}) => mirror({ ...order(), planned }, () => {}, new AbortController().signal);
const asked = () => archive.requests.splice(0);

test("what suites hold is told by their indexes, and no package is asked for", async () => {
  const { suites, fetch, room } = await plan();
  expect(suites).toEqual([
    { uri: archive.uri, suite: "trixie", head: head("trixie"), files: 2, bytes: 201_000 },
    { uri: archive.uri, suite: "bookworm", head: head("bookworm"), files: 2, bytes: 2000 },
  ]);
  // Three packages, as one is in both suites, and the second form of each index.
  expect(fetch.files).toBe(5);
  expect(fetch.bytes).toBeGreaterThan(202_000);
  expect(room.free).toBeGreaterThan(0);
  expect(asked().filter((path) => path.endsWith(".deb"))).toEqual([]);
  expect(await readSummary(root, "site")).toBeUndefined();
});

test("a second plan is one request a suite, and says the same", async () => {
  const first = await plan();
  asked();
  const { suites, fetch } = await plan();
  expect({ suites, fetch }).toEqual({ suites: first.suites, fetch: first.fetch });
  expect(asked().sort()).toEqual(["dists/bookworm/InRelease", "dists/trixie/InRelease"]);
});

test("what the first versions noted of a plan is read, and what a killed one was about to note goes", async () => {
  const first = await plan();
  const file = join(root, "seen/site.json");
  const noted = JSON.parse(readFileSync(file, "utf8")) as { suites: object[] };
  writeFileSync(file, JSON.stringify(noted.suites));
  asked();
  expect((await plan()).suites).toEqual(first.suites);
  expect(asked()).toHaveLength(2);
  const store = new ContentStore(root);
  const { digest } = await store.put(Buffer.from("an index of a plan that was killed"));
  writeFileSync(file, JSON.stringify({ suites: [], leaving: [digest] }));
  await plan();
  expect(await store.size(digest)).toBeUndefined();
});

test("a mirror goes on where its plan ended: no index comes twice, and nothing of the plan is left", async () => {
  const { suites } = await plan();
  const read = asked();
  await run(Object.fromEntries(suites.map(({ uri, suite, head }) => [`${uri} ${suite}`, head])));
  const more = asked();
  expect(more.filter((path) => read.includes(path))).toEqual(["dists/trixie/InRelease", "dists/bookworm/InRelease"]);
  expect(existsSync(join(root, "seen/site.json"))).toBe(false);
  expect(readdirSync(join(root, "pins"))).toEqual(["mirrors%2Fsite"]);
  expect((await plan()).fetch).toEqual({ files: 0, bytes: 0 });
  expect(asked()).toHaveLength(2);
});

test("of a changed suite only its indexes are read, and what is new is to come", async () => {
  await run();
  archive.publish("trixie", [one, two, three, packageOf("four")], { key, date: day(2) });
  asked();
  const { suites, fetch } = await plan();
  expect(suites.map(({ files }) => files)).toEqual([4, 2]);
  expect(fetch.files).toBe(2);
  expect(asked().filter((path) => path.includes("Packages") || path.includes("by-hash"))).toHaveLength(1);
});

test("a suite that changed since it was planned is refused", async () => {
  await plan();
  const planned = { [`${archive.uri} trixie`]: head("trixie") };
  archive.publish("trixie", [one, three], { key, date: day(2) });
  await expect(run(planned)).rejects.toThrow(/trixie changed since it was planned. Try: pulumi up again/);
});

test("what is wrong with all the suites is told at once, and what could be read is not read again", async () => {
  archive.publish("trixie", [one], { key: other });
  archive.files.delete("dists/bookworm/InRelease");
  archive.publish("forky", [two], { key, date: day(1) });
  const looking = () =>
    planMirror({ ...order(), suites: [...suites(), source("forky")] }, () => {}, new AbortController().signal);
  await expect(looking()).rejects.toThrow(/which no keyring holds.*\n.*bookworm\/Release failed: 404/);
  asked();
  await expect(looking()).rejects.toThrow();
  expect(asked().filter((path) => path.includes("forky"))).toEqual(["dists/forky/InRelease"]);
});

test("a mirror that is given up takes along what its plans have read", async () => {
  await plan();
  const store = new ContentStore(root);
  expect(await store.digests()).not.toEqual([]);
  await forget(store, "site", true);
  expect(await store.digests()).toEqual([]);
  expect([...readdirSync(join(root, "pins")), ...readdirSync(join(root, "seen"))]).toEqual([]);
});
