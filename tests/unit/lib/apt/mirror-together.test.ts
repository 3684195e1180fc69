import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { mirror } from "../../../../lib/apt/mirror";
import { planMirror } from "../../../../lib/apt/plan";
import { aptPlane } from "../../../../lib/apt/plane";
import { type Digest, digestOf } from "../../../../lib/content/digest";
import { observeServed, serve } from "../../../../lib/content/served";
import { ContentStore } from "../../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive } from "../../../support/apt/archive";

let key: ArchiveKey;
let archive: TestArchive;
let root: string;
beforeAll(() => {
  key = new ArchiveKey();
});
afterAll(() => key.remove());
beforeEach(async () => {
  archive = await TestArchive.start();
  root = mkdtempSync(join(tmpdir(), "together-"));
});
afterEach(async () => {
  await archive.close();
  rmSync(root, { recursive: true });
});

const packages = Array.from({ length: 12 }, (_, n) => packageOf(`package-${n}`, "1", n % 2 ? 1000 : 100_000));
const publish = (suite: string, day: number, from: number, to: number) =>
  archive.publish(suite, packages.slice(from, to), { key, date: new Date(Date.UTC(2026, 0, day)) });
const orderOf = (name: string, suite: string, store = join(root, "store")) => {
  const source = { uri: archive.uri, suite, components: ["main"], architectures: ["amd64"], sources: false };
  return { store, name, suites: [{ ...source, trust: { keyrings: [key.keyring] } }], keep: 0 };
};
const run = (...of: Parameters<typeof orderOf>) => mirror(orderOf(...of), () => {}, new AbortController().signal);

/** Files a state names that are not what their digest says, or not there. */
async function bad(manifest: Digest, store = new ContentStore(join(root, "store"))): Promise<string[]> {
  const files = await aptPlane.files(store, manifest);
  const isBad = async ({ digest }: { digest: Digest }) =>
    (await store.size(digest)) === undefined || digestOf(readFileSync(store.path(digest))) !== digest;
  const found = await Promise.all(files.map(async (file) => ((await isBad(file)) ? [file.path] : [])));
  return found.flat();
}

test("mirrors that share packages come and go at once, and none loses what it names", async () => {
  for (let day = 1; day <= 6; day++) {
    const moved = day % 3;
    publish("trixie", day, moved, 8 + moved);
    publish("bookworm", day, 2 - moved, 10 - moved);
    const results = await Promise.all([run("one", "trixie"), run("two", "bookworm"), run("three", "trixie")]);
    expect(await Promise.all(results.map(({ manifest }) => bad(manifest)))).toEqual([[], [], []]);
  }
});

test("what a run brought before it failed stays for the next, though the mirror that had it, too, gives it up", async () => {
  publish("bookworm", 1, 0, 4);
  await run("two", "bookworm");
  publish("trixie", 1, 2, 6);
  const missing = [...archive.files.keys()].find((path) => /package-5_/.test(path)) as string;
  archive.files.delete(missing);
  await expect(run("one", "trixie")).rejects.toThrow("package-5_1_amd64.deb failed: 404");
  publish("bookworm", 2, 0, 2);
  await run("two", "bookworm");
  archive.files.set(missing, packages[5]?.bytes as Buffer);
  expect((await run("one", "trixie")).fetched.files).toBe(1);
});

test("a run keeps what it brought, though somebody plans another state of the same mirror meanwhile", async () => {
  publish("trixie", 1, 0, 4);
  await run("site", "trixie");
  publish("trixie", 2, 2, 8);
  archive.fail({ path: /package-7_/, delay: 1500 });
  const running = run("site", "trixie");
  while (!archive.requests.some((path) => /package-7_/.test(path))) await setTimeout(20);
  await setTimeout(300);
  publish("trixie", 3, 6, 12);
  await planMirror(orderOf("site", "trixie"), () => {}, new AbortController().signal);
  const { manifest } = await running;
  expect(await bad(manifest)).toEqual([]);
});

test("a store that moved serves on, and nothing is fetched anew", async () => {
  publish("trixie", 1, 0, 12);
  const before = await run("site", "trixie");
  await serve(aptPlane, new ContentStore(join(root, "store")), "site", before.manifest, { [archive.uri]: "debian" });
  const moved = join(root, "another disk");
  // As it is carried over: by a copy that keeps links, and the old one gone.
  execFileSync("cp", ["-a", join(root, "store"), moved]);
  renameSync(join(root, "store"), join(root, "gone"));
  archive.requests.length = 0;
  expect(await run("site", "trixie", moved)).toMatchObject({ manifest: before.manifest, fetched: { files: 0 } });
  expect(archive.requests).toEqual(["dists/trixie/InRelease"]);
  const served = join(moved, "served/site/debian/dists/trixie/InRelease");
  expect(readFileSync(served)).toEqual(archive.files.get("dists/trixie/InRelease"));
  const store = new ContentStore(moved);
  await serve(aptPlane, store, "site", before.manifest, { [archive.uri]: "debian" });
  expect(await observeServed(store, "site")).toMatchObject({ manifest: before.manifest, touched: [] });
});
