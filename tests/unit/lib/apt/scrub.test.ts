import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mirror } from "../../../../lib/apt/mirror";
import { aptPlane } from "../../../../lib/apt/plane";
import { digestOf } from "../../../../lib/content/digest";
import { scrub } from "../../../../lib/content/scrub";
import { takeSnapshot } from "../../../../lib/content/snapshot";
import { ContentStore } from "../../../../lib/content/store";
import type { Report } from "../../../../lib/progress";
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
  root = mkdtempSync(join(tmpdir(), "scrub-"));
  store = new ContentStore(root);
});
afterEach(async () => {
  await archive.close();
  rmSync(root, { recursive: true });
});

const quiet = new AbortController().signal;
const packages = ["one", "two", "three", "four"].map((name) => packageOf(name, "1", 100_000));
async function mirrored(day: number, ...numbers: number[]) {
  const now = numbers.flatMap((n) => packages[n] ?? []);
  archive.publish("trixie", now, { key, date: new Date(Date.UTC(2026, 0, day)) });
  const source = { uri: archive.uri, suite: "trixie", components: ["main"], architectures: ["amd64"], sources: false };
  const order = { store: root, name: "site", suites: [{ ...source, trust: { keyrings: [key.keyring] } }], keep: 0 };
  return mirror(order, () => {}, quiet);
}
const rot = (n: number) => writeFileSync(store.path(digestOf(packages[n]?.bytes ?? "")), Buffer.alloc(100_000, "rot"));
const deb = (n: number) => `pool/main/${packages[n]?.name[0]}/${packages[n]?.name}/${packages[n]?.name}_1_amd64.deb`;

test("what was lost for good is told, and the rest is repaired all the same", async () => {
  await mirrored(1, 0, 1, 2);
  for (const n of [0, 1, 2]) rot(n);
  archive.files.delete(deb(1));
  const { repaired, lost } = await scrub([aptPlane], { store: root }, () => {}, quiet);
  expect(repaired.sort()).toEqual([deb(0), deb(2)].sort());
  expect(lost).toEqual([{ path: deb(1), why: expect.stringContaining("404") }]);
  // Behind a gap it may be all there is.
  expect(await store.size(digestOf(packages[1]?.bytes ?? ""))).toBe(100_000);
});

test("states a mirror no longer keeps are read for the snapshot that does", async () => {
  const { manifest } = await mirrored(1, 0);
  await takeSnapshot(store, "release", { manifest, note: "" });
  await mirrored(2, 1);
  rot(0);
  expect(await scrub([aptPlane], { store: root }, () => {}, quiet)).toMatchObject({ repaired: [deb(0)], lost: [] });
  expect(readFileSync(store.path(digestOf(packages[0]?.bytes ?? "")))).toEqual(packages[0]?.bytes);
});

test("it keeps to its rate, and goes on where it was cut", async () => {
  await mirrored(1, 0, 1, 2, 3);
  const cut = new AbortController();
  let seen = 0;
  const stop: Report = (progress) => {
    if ("done" in progress) seen = progress.done;
    if (seen > 250_000) cut.abort(new Error("cut"));
  };
  const start = Date.now();
  await expect(scrub([aptPlane], { store: root, rate: 200_000 }, stop, cut.signal)).rejects.toThrow("cut");
  expect(Date.now() - start).toBeGreaterThan(((seen - 101_000) / 200_000) * 1000);
  const rest = await scrub([aptPlane], { store: root }, () => {}, quiet);
  expect(rest.bytes).toBeLessThan(250_000);
  expect((await scrub([aptPlane], { store: root }, () => {}, quiet)).bytes).toBeGreaterThan(400_000);
});
