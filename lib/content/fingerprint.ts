import { lstatSync, readdirSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

const BATCH = 2000;

/**
 * Name, inode, size and time of every file of a tree: a fifth of a second for 60,000 files, and another line as soon as
 * one was replaced, cut, added or removed. Not the time of the inode, which each new hard link moves.
 */
export async function fingerprintOf(root: string): Promise<string[]> {
  const lines: string[] = [];
  const walk = async (directory: string): Promise<void> => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else {
        const { ino, size, mtimeNs } = lstatSync(path, { bigint: true });
        lines.push(`${path.slice(root.length + 1)}\0${ino} ${size} ${mtimeNs}`);
        if (lines.length % BATCH === 0) await setImmediate();
      }
    }
  };
  await walk(root);
  return lines;
}
