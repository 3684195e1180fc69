import { reach } from "./discard";
import { pinned } from "./pins";
import { allPublished } from "./publish";
import type { ContentStore } from "./store";

/**
 * Removes what no owner pins and no pointer publishes, and nothing that is pinned or published names. Refuses to empty a store: content that nobody claims any more
 * is far more often a lost pin directory than a wish.
 */
export async function collect(store: ContentStore): Promise<{ removed: number; bytes: number }> {
  const needed = await reach(store, [...(await pinned(store)), ...(await allPublished(store))]);
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
