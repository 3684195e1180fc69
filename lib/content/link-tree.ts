import { linkSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Digest } from "./digest";
import type { ContentStore } from "./store";

const BATCH = 2000;

/**
 * A tree of hard links into the store, so that it costs no bytes. Calls that wait on a thread each would take ten times
 * as long as the links themselves.
 */
export async function linkTree(store: ContentStore, root: string, files: ReadonlyMap<string, Digest>): Promise<void> {
  const made = new Set<string>();
  let count = 0;
  for (const [path, digest] of files) {
    const target = join(root, path);
    const directory = dirname(target);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
    linkSync(store.path(digest), target);
    if (++count % BATCH === 0) await setImmediate();
  }
}
