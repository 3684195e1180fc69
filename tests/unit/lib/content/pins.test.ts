import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Digest, digestOf } from "../../../../lib/content/digest";
import { discard } from "../../../../lib/content/discard";
import { pin, pinned, unpin, withPins } from "../../../../lib/content/pins";
import { Shelf, type Standing } from "../../../../lib/content/shelf";
import { takeSnapshot } from "../../../../lib/content/snapshot";
import { ContentStore } from "../../../../lib/content/store";

let root: string;
let store: ContentStore;
const [old, now, shelf] = [digestOf("old"), digestOf("now"), new Shelf<Standing>("mirrors")];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "pins-"));
  store = new ContentStore(root);
  for (const each of ["old", "now"]) await store.put(Buffer.from(each));
});
afterEach(() => rmSync(root, { recursive: true }));

const there = async () => (await store.digests()).sort();
const stands = (manifest: Digest): Standing => ({ manifest, earlier: [] });

test.each([
  ["a mirror goes on", () => shelf.settle(store, "site", stands(old), stands(now))],
  ["a mirror is taken out", () => shelf.forget(store, "site", true)],
  ["somebody else gives something up", () => discard(store, [old])],
])("a store that lost its pins loses nothing more when %s", async (_what, act) => {
  await shelf.settle(store, "site", undefined, stands(old));
  await takeSnapshot(store, "kept", { manifest: old, note: "" });
  rmSync(join(root, "pins"), { recursive: true });
  await expect(act()).rejects.toThrow(
    `${root}/pins is gone, and ${root}/mirrors/site.json says that something stands here`,
  );
  expect(await there()).toEqual([now, old].sort());
  // What the error says to try.
  for (const each of ["mirrors", "snapshots"]) renameSync(join(root, each), join(root, `${each}-aside`));
  await shelf.settle(store, "site", undefined, stands(old));
  await discard(store, [old]);
  expect(await there()).toEqual([now, old].sort());
});

test("a new store has no pins, and none are lost", async () => {
  await discard(store, [old]);
  expect(await there()).toEqual([now]);
  await pin(store, "mirrors/site", [now]);
  await discard(store, [now]);
  expect(await there()).toEqual([now]);
});

test("what several owners name stays until none names it, through the manifests it is named by", async () => {
  const far = await store.put(Buffer.from("far"));
  const list = await store.put(Buffer.from(JSON.stringify({ files: [{ digest: far.digest }] })));
  const top = await store.put(Buffer.from(JSON.stringify({ pool: { manifest: list.digest } })));
  for (const each of ["stack/dev", "release/2026.1"]) await pin(store, each, [top.digest]);
  for (const each of ["stack/dev", "release/2026.1"]) {
    await discard(store, [top.digest]);
    expect(await store.size(far.digest)).toBe(3);
    await unpin(store, each);
  }
  await discard(store, [top.digest]);
  expect(await there()).toEqual([now, old].sort());
});

test("who pins while something is removed waits, and then sees what is left", async () => {
  let pinning: Promise<void> | undefined;
  await withPins(store, async () => {
    pinning = pin(store, "mirrors/site", [old]);
    await setTimeout(200);
    expect(await pinned(store)).toEqual([]);
  });
  await pinning;
  expect(await pinned(store)).toEqual([old]);
});

test("what lost a file while it was made does not come to stand", async () => {
  await shelf.settle(store, "site", undefined, stands(old));
  const file = await store.put(Buffer.from("file"));
  const made = await store.put(Buffer.from(JSON.stringify({ files: [{ digest: file.digest }] })));
  await store.remove(file.digest);
  await expect(shelf.settle(store, "site", stands(old), stands(made.digest))).rejects.toThrow("1 files of site went");
  expect(await shelf.read(store, "site")).toEqual(stands(old));
});
