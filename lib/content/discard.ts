import { readFile } from "node:fs/promises";
import type { Digest } from "./digest";
import { pinned } from "./pins";
import type { ContentStore } from "./store";

/** Removes manifests and the files they name, but for those that anything pinned names, too. */
export async function discard(store: ContentStore, manifests: readonly Digest[]): Promise<void> {
  if (manifests.length === 0) return;
  const idle = await reach(store, manifests);
  for (const digest of await reach(store, await pinned(store))) idle.delete(digest);
  for (const digest of idle) if (!manifests.includes(digest)) await store.remove(digest);
  // Last: a removal cut short still knows what is left to remove.
  for (const digest of manifests) if (idle.has(digest)) await store.remove(digest);
}

/**
 * These and all they name. Manifests of every plane name their files by the key `digest`, so that none has to know the
 * others; what is no manifest, or is gone, names nothing more.
 */
export async function reach(store: ContentStore, roots: readonly Digest[]): Promise<Set<Digest>> {
  const all = new Set<Digest>();
  for (const root of roots) {
    if ((await store.size(root)) === undefined) continue;
    all.add(root);
    const bytes = await readFile(store.path(root));
    if (bytes[0] !== "{".charCodeAt(0)) continue;
    for (const [, digest] of bytes.toString("latin1").matchAll(/"digest":\s*"(sha256:[0-9a-f]{64})"/g))
      all.add(digest as Digest);
  }
  return all;
}
