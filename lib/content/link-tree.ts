import { linkSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Digest } from "./digest";
import type { ContentStore } from "./store";

const BATCH = 2000;

/**
 * A tree of hard links into the store, so that it costs no bytes. Calls that wait on a thread each would take ten times
 * as long as the links themselves.
 */
export async function linkTree(store: ContentStore, root: string, files: ReadonlyMap<string, Digest>): Promise<void> {
  const made = new Set(["."]);
  const make = (directory: string): void => {
    if (made.has(directory)) return;
    make(dirname(directory));
    made.add(directory);
    mkdirSync(`${root}/${directory}`, { recursive: true });
  };
  let count = 0;
  for (const [path, digest] of files) {
    make(dirname(path));
    linkSync(store.path(digest), `${root}/${path}`);
    if (++count % BATCH === 0) await setImmediate();
  }
}
