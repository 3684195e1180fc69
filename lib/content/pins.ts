import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { effect } from "../effect";
import type { Digest } from "./digest";
import { allPublished } from "./publish";
import { removeRecord, replace } from "./record";
import type { ContentStore } from "./store";

const directory = (store: ContentStore): string => join(store.root, "pins");
const file = (store: ContentStore, owner: string): string => join(directory(store), encodeURIComponent(owner));

/** Says what an owner (a stack, a release, a bundle) needs; replaces what the same owner said before. */
export async function pin(store: ContentStore, owner: string, digests: readonly Digest[]): Promise<void> {
  const path = file(store, owner);
  const text = [...new Set(digests)].sort().map((digest) => `${digest}\n`);
  // An owner is one run at a time.
  await replace(path, (aside) => writeFile(aside, text), `pin ${owner}`);
}

export async function unpin(store: ContentStore, owner: string): Promise<void> {
  await effect(`unpin ${owner}`, () => removeRecord(file(store, owner)));
}

/** Every pinned digest. */
export async function pinned(store: ContentStore): Promise<Digest[]> {
  await mkdir(directory(store), { recursive: true });
  const owners = (await readdir(directory(store))).filter((name) => !name.endsWith("~"));
  const lists = await Promise.all(owners.map((name) => readFile(join(directory(store), name), "utf8")));
  return lists.flatMap((list) => list.split("\n").filter(Boolean) as Digest[]);
}

/**
 * Removes what no owner pins and no pointer publishes. Refuses to empty a store: content that nobody claims any more
 * is far more often a lost pin directory than a wish.
 */
export async function collect(store: ContentStore): Promise<{ removed: number; bytes: number }> {
  const needed = new Set([...(await pinned(store)), ...(await allPublished(store))]);
  const all = await store.digests();
  const idle = all.filter((digest) => !needed.has(digest));
  if (idle.length === all.length && all.length > 0) {
    throw new Error(`nothing in ${store.root} is pinned or published: refusing to remove all ${all.length} objects`);
  }
  let bytes = 0;
  for (const digest of idle) {
    bytes += (await store.size(digest)) ?? 0;
    await store.remove(digest);
  }
  return { removed: idle.length, bytes };
}
