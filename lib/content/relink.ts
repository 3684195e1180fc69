import { lstatSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import type { Digest } from "./digest";
import { fingerprintOf, lineOf } from "./fingerprint";
import { linkTree } from "./link-tree";
import type { ContentStore } from "./store";

/**
 * Brings a tree of links, in whatever state it is, to these files, and returns its fingerprint. What is linked to the same
 * bytes already stays as it is: links and removals cost far more than looks.
 */
export async function relink(store: ContentStore, root: string, files: ReadonlyMap<string, Digest>): Promise<string[]> {
  const kept: string[] = [];
  const there = new Set<string>();
  for (const line of await fingerprintOf(root)) {
    const [path = "", look = ""] = line.split("\0");
    const digest = files.get(path);
    // By its inode: what rotted in the store and came again is another file.
    if (digest !== undefined && look.startsWith(`${inodeOf(store, digest)} `)) {
      kept.push(line);
      there.add(path);
    } else remove(root, path);
  }
  const lacking = new Map([...files].filter(([path]) => !there.has(path)));
  await linkTree(store, root, lacking);
  return [...kept, ...[...lacking.keys()].map((path) => lineOf(root, path))];
}

const inodeOf = (store: ContentStore, digest: Digest): bigint | undefined =>
  lstatSync(store.path(digest), { bigint: true, throwIfNoEntry: false })?.ino;

/** With the directories that it leaves empty: a file may come in the place of one. */
function remove(root: string, path: string): void {
  unlinkSync(`${root}/${path}`);
  for (let directory = dirname(path); directory !== "."; directory = dirname(directory)) {
    try {
      rmdirSync(`${root}/${directory}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOTEMPTY") return;
      throw error;
    }
  }
}
