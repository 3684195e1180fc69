import { lstatSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Digest } from "../content/digest";
import type { Intake } from "../content/intake";
import { readRecord, removeRecord, writeRecord } from "../content/record";
import type { ContentStore } from "../content/store";
import { effect } from "../effect";
import { parseFilename } from "./filename";
import { IndexError } from "./name";

/** A wheel or an sdist that stands in a directory of the host. */
export interface LocalFile {
  path: string;
  filename: string;
  project: string;
  version: string;
  digest: Digest;
  size: number;
}

/** How a file looked when it was read, and what it was. */
interface Look {
  look: string;
  file: LocalFile;
}
type Looks = Record<string, Look>;

const BATCH = 500;

/**
 * The wheels and sdists below a directory, at any depth: own builds, what pip2pi left, a disk that was carried over. A
 * file is read once; then its inode, size and time tell that it is the same.
 */
export async function filesBelow(
  store: ContentStore,
  intake: Intake,
  owner: string,
  directory: string,
): Promise<LocalFile[]> {
  const known = (await readRecord<Looks>(recordOf(store, owner))) ?? {};
  const now: Looks = {};
  const files = new Map<string, LocalFile>();
  let changed = false;
  let count = 0;
  for (const path of walk(directory)) {
    const look = lookOf(path);
    const before = known[path];
    const same = before?.look === look && intake.has(before.file.digest);
    const file = same ? before.file : await takeIn(intake, path);
    if (!file) continue;
    changed ||= !same;
    now[path] = { look, file };
    add(files, file);
    if (++count % BATCH === 0) await setImmediate();
  }
  await intake.settle();
  if (changed || Object.keys(known).length !== Object.keys(now).length)
    await writeRecord(recordOf(store, owner), now, `note what stands in ${directory}`);
  return [...files.values()];
}

/** Sizes of what seems to stand below a directory, by the names of the files; none is read. */
export const sizesBelow = (directory: string): Map<string, number> =>
  new Map([...walk(directory)].map((path) => [basename(path), lstatSync(path).size]));

/** Nothing for what is neither a wheel nor an sdist. */
async function takeIn(intake: Intake, path: string): Promise<LocalFile | undefined> {
  const filename = basename(path);
  const what = parseFilename(filename);
  return what && { path, filename, project: what.name, version: what.version, ...(await intake.copy(path)) };
}

/** Forgets what stood in a directory; the directory itself stays. */
export async function forgetDirectory(store: ContentStore, owner: string): Promise<void> {
  if (await readRecord(recordOf(store, owner)))
    await effect(`forget the directory of ${owner}`, () => removeRecord(recordOf(store, owner)));
}

/** Whether a directory is as it was when its files were last taken in. */
export async function isAsTaken(store: ContentStore, owner: string, directory: string): Promise<boolean> {
  const known = (await readRecord<Looks>(recordOf(store, owner))) ?? {};
  const paths = [...walk(directory)].filter((path) => known[path] ?? parseFilename(basename(path)));
  return paths.length === Object.keys(known).length && paths.every((path) => known[path]?.look === lookOf(path));
}

const recordOf = (store: ContentStore, owner: string): string => join(store.root, "directories", `${owner}.json`);

function lookOf(path: string): string {
  const { ino, size, mtimeNs } = lstatSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

function add(files: Map<string, LocalFile>, file: LocalFile): void {
  const other = files.get(file.filename);
  if (other && other.digest !== file.digest)
    throw new IndexError(`${file.path} and ${other.path} have one name and two contents. Try: remove one of them`);
  if (!other) files.set(file.filename, file);
}

/** Symbolic links are passed over: pip2pi's lead to files that stand beside them. */
function* walk(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}
