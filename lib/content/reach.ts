import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import type { Digest } from "./digest";
import type { ContentStore } from "./store";

/**
 * These and all they name. Manifests of every plane name their files by the key `digest`, and further manifests by the
 * key `manifest`, so that none has to know the others; what is no manifest, or is gone, names nothing more.
 */
export async function reach(store: ContentStore, roots: readonly Digest[]): Promise<Set<Digest>> {
  const all = new Set<Digest>();
  const waiting = [...roots];
  for (let root = waiting.pop(); root !== undefined; root = waiting.pop()) {
    if ((await store.size(root)) === undefined) continue;
    all.add(root);
    for (const [, key, digest] of namedIn(store.path(root))) {
      if (key === "manifest" && !all.has(digest as Digest)) waiting.push(digest as Digest);
      else all.add(digest as Digest);
    }
  }
  return all;
}

function namedIn(path: string): Iterable<RegExpMatchArray> {
  const file = openSync(path, "r");
  try {
    // What is pinned may be large, and no manifest.
    const first = Buffer.alloc(1);
    readSync(file, first);
    if (first.toString() !== "{") return [];
    return readFileSync(path, "latin1").matchAll(/"(digest|manifest)":\s*"(sha256:[0-9a-f]{64})"/g);
  } finally {
    closeSync(file);
  }
}

/** How many of the files a manifest names are not in the store. */
export async function lostOf(store: ContentStore, manifest: Digest): Promise<number> {
  let lost = 0;
  for (const digest of [manifest, ...(await reach(store, [manifest]))]) {
    if ((await store.size(digest)) === undefined) lost++;
  }
  return lost;
}
