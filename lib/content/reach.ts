import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import type { Digest } from "./digest";
import type { ContentStore } from "./store";

/**
 * These and all they name. Manifests of every plane name their files by the key `digest`, and further manifests by the
 * key `manifest`, so that none has to know the others; what is no manifest, or is gone, names nothing more. What stands
 * `besides` is not gone into.
 */
export async function reach(
  store: ContentStore,
  roots: readonly Digest[],
  besides: ReadonlySet<Digest> = new Set(),
): Promise<Set<Digest>> {
  const all = new Set<Digest>();
  const waiting = [...roots];
  for (let root = waiting.pop(); root !== undefined; root = waiting.pop()) {
    if ((await store.size(root)) === undefined) continue;
    all.add(root);
    for (const [, key, digest] of namedIn(store.path(root))) {
      if (besides.has(digest as Digest)) continue;
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

/** How many of the files a manifest names are not in the store; those that `standing` names, too, are known to be there. */
export async function lostOf(store: ContentStore, manifest: Digest, standing?: Digest): Promise<number> {
  const known =
    standing && standing !== manifest && existsSync(store.path(standing)) ? namedIn(store.path(standing)) : [];
  const all = await reach(store, [manifest], new Set([...known].map(([, , digest]) => digest as Digest)));
  let lost = 0;
  for (const digest of [manifest, ...all]) if ((await store.size(digest)) === undefined) lost++;
  return lost;
}
