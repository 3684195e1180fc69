import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson, type Digest } from "../../../../lib/content/digest";
import { discard } from "../../../../lib/content/discard";
import { pin } from "../../../../lib/content/pins";
import type { Plane } from "../../../../lib/content/plane";
import { serve, unserve } from "../../../../lib/content/served";
import { dropSnapshot, takeSnapshot } from "../../../../lib/content/snapshot";
import { ContentStore } from "../../../../lib/content/store";

let root: string;
let store: ContentStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "snapshot-"));
  store = new ContentStore(root);
});
afterEach(() => rmSync(root, { recursive: true }));

/** A state of these files, as a mirror holds one. */
async function state(...names: string[]): Promise<{ manifest: Digest; files: Digest[] }> {
  const files: Digest[] = [];
  for (const name of names) files.push((await store.put(Buffer.from(name))).digest);
  const { digest } = await store.put(canonicalJson({ files: files.map((each) => ({ digest: each })) }));
  return { manifest: digest, files };
}
const take = (manifest: Digest) => takeSnapshot(store, "release", { manifest, note: "" });
const there = (digests: readonly Digest[]) =>
  Promise.all(digests.map(async (digest) => (await store.size(digest)) !== undefined));
const plane: Plane = {
  head: "{",
  tree: async (_store, [manifest]) => new Map([["state", manifest]]),
  files: async () => [],
};

test("a state stays with its files when the mirror gives it up, until the snapshot goes, too", async () => {
  const [old, now] = [await state("shared", "old"), await state("shared", "now")];
  await pin(store, "mirror/site", [now.manifest]);
  await take(old.manifest);
  await discard(store, [old.manifest]);
  expect(await there([old.manifest, ...old.files])).toEqual([true, true, true]);
  await dropSnapshot(store, "release", old.manifest);
  expect(await there([old.manifest, ...old.files])).toEqual([false, true, false]);
  expect(await there([now.manifest, ...now.files])).toEqual([true, true, true]);
  expect(readdirSync(join(root, "snapshots"))).toEqual([]);
});

test("one that is served is not given up, and the error names where", async () => {
  const { manifest, files } = await state("one");
  await take(manifest);
  await serve(plane, store, "debian", manifest, {});
  await expect(dropSnapshot(store, "release", manifest)).rejects.toThrow(/served\/debian\. Try: serve another state/);
  await unserve(store, "debian");
  await dropSnapshot(store, "release", manifest);
  expect(await there([manifest, ...files])).toEqual([false, false]);
});

test("one of which something is gone is refused, and nothing is kept", async () => {
  const { manifest, files } = await state("one", "two");
  await store.remove(files[0] as Digest);
  await expect(take(manifest)).rejects.toThrow("1 of its files are not in");
  await store.remove(manifest);
  await expect(take(manifest)).rejects.toThrow("1 of its files are not in");
  expect(readdirSync(join(root, "pins"))).toEqual([]);
});

test("twice is fine, and two snapshots of one state keep it each", async () => {
  const { manifest, files } = await state("one");
  for (const _ of [1, 2]) await take(manifest);
  await takeSnapshot(store, "second", { manifest, note: "" });
  for (const _ of [1, 2]) await dropSnapshot(store, "release", manifest);
  expect(await there([manifest, ...files])).toEqual([true, true]);
  await dropSnapshot(store, "second", manifest);
  expect(await there([manifest, ...files])).toEqual([false, false]);
});
