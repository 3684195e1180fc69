import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFile,
  writeFileSync,
} from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { accounts } from "./accounts";
import { matches, SUFFIX, type Temporary, temporary } from "./files";
import type { FileOptions } from "./host";

/**
 * Calls that take microseconds are made in place: to hand each to the thread pool costs ten times as much, and a
 * resource takes some forty (docs/adr/0008). What may wait for the disk still goes there: big content, streams, syncing,
 * and what changes a directory while others sync.
 */
const BIG = 1 << 20;

export async function read(path: string): Promise<Buffer> {
  const found = statSync(path);
  // Not a pipe or a device either: they may never answer.
  return found.isFile() && found.size < BIG ? readFileSync(path) : readFile(path);
}

/** A temporary file beside the target, mode and owner set, synced, renamed. */
export async function write(path: string, content: string | Buffer | Readable, options: FileOptions): Promise<void> {
  const temp = temporary(path);
  mkdirSync(temp.directory, { recursive: true });
  await sweep(temp);
  const name = join(temp.directory, temp.name);
  try {
    await fill(name, content, options);
    await rename(name, path);
  } catch (error) {
    await rm(name, { force: true });
    throw error;
  }
  await syncDirectory(temp.directory);
}

export async function remove(path: string): Promise<void> {
  await rm(path, { force: true });
  await sweep(temporary(path));
}

const [append, flush] = [promisify(writeFile), promisify(fsync)];

async function fill(name: string, content: string | Buffer | Readable, options: FileOptions): Promise<void> {
  const { owner, group, mode = "0644" } = options;
  const file = openSync(name, "wx", 0o600);
  try {
    // Each write goes on where the last one ended.
    if (content instanceof Readable) for await (const chunk of content) await append(file, chunk);
    else if (content.length < BIG) writeFileSync(file, content);
    else await append(file, content);
    if (owner !== undefined || group !== undefined) {
      const user = owner === undefined ? -1 : await accounts.number("passwd", owner);
      fchownSync(file, user, group === undefined ? -1 : await accounts.number("group", group));
    }
    fchmodSync(file, Number.parseInt(mode, 8));
    await flush(file);
  } finally {
    closeSync(file);
  }
}

async function sync(directory: string): Promise<void> {
  const handle = openSync(directory, "r");
  await flush(handle).finally(() => closeSync(handle));
}

const waiting = new Map<string, Promise<void>>();

/** All who renamed something before the sync begins share it. */
function syncDirectory(directory: string): Promise<void> {
  const shared = waiting.get(directory);
  if (shared) return shared;
  const begun = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    waiting.delete(directory);
    return sync(directory);
  });
  waiting.set(directory, begun);
  return begun;
}

/** What killed writers left, by directory, as found when this process first wrote there. */
const leftovers = new Map<string, string[]>();

/** Removes what a killed writer of the same file left; a writer that still lives then fails at its rename. */
async function sweep(temp: Temporary): Promise<void> {
  const { directory } = temp;
  const found = leftovers.get(directory) ?? names(directory).filter((name) => name.endsWith(SUFFIX));
  const ours = found.filter((name) => matches(temp, name));
  leftovers.set(directory, ours.length ? found.filter((name) => !ours.includes(name)) : found);
  for (const name of ours) await rm(join(directory, name), { force: true });
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
