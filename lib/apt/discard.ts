import type { Digest } from "../content/digest";
import { pinned } from "../content/pins";
import type { ContentStore } from "../content/store";
import { digestsIn, readManifest } from "./manifest";

/** Removes manifests and the files they name, but for those that anything pinned names, too. */
export async function discard(store: ContentStore, manifests: readonly Digest[]): Promise<void> {
  if (manifests.length === 0) return;
  const idle = await reach(store, manifests);
  for (const digest of await reach(store, await pinned(store))) idle.delete(digest);
  for (const digest of idle) if (!manifests.includes(digest)) await store.remove(digest);
  // Last: a removal cut short still knows what is left to remove.
  for (const digest of manifests) if (idle.has(digest)) await store.remove(digest);
}

/** These and all they name; a digest that is no manifest, or is gone, names nothing more. */
async function reach(store: ContentStore, roots: readonly Digest[]): Promise<Set<Digest>> {
  const all = new Set<Digest>();
  for (const root of roots) {
    if ((await store.size(root)) === undefined) continue;
    all.add(root);
    const manifest = await readManifest(store, root).catch((error: unknown) => {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    });
    for (const digest of manifest ? digestsIn(manifest) : []) all.add(digest);
  }
  return all;
}
