import { constants, createReadStream, createWriteStream, linkSync, lstatSync, rmSync } from "node:fs";
import { access } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Arrivals } from "../content/arrivals";
import { type Digest, digestOfStream } from "../content/digest";
import type { ContentStore } from "../content/store";
import { effect } from "../effect";
import { inParallel } from "../parallel";
import type { Report } from "../progress";
import type { Lacking } from "./lacking";
import { ArchiveError } from "./release";

/** Disks and processors are busy with two; more would only seek. */
const AT_ONCE = 2;

/**
 * Where a file may stand in the tree of another mirror: below the archive's host and path, as apt-mirror leaves it, or
 * at its path in the archive, as debmirror does. Only one of the right size counts.
 */
export function standsIn(tree: string, { places, size }: Lacking): string | undefined {
  const candidates = places.flatMap(({ uri, path }) => {
    const { hostname, pathname } = new URL(uri.replace(/\/*$/, "/"));
    return [`${tree}/${hostname}${decodeURIComponent(pathname)}${path}`, `${tree}/${path}`];
  });
  return candidates.find((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size === size;
  });
}

/**
 * Takes what stands in the tree of another mirror, instead of fetching it: each file is read and verified, and linked
 * where it is on the same disk. Nothing in the tree is changed. Returns what is still to come.
 */
export async function adoptTree(
  tree: string,
  store: ContentStore,
  owner: string,
  lacking: readonly Lacking[],
  report: Report,
  signal: AbortSignal,
): Promise<Lacking[]> {
  await access(tree, constants.R_OK).catch((cause: Error) => {
    const told = `the tree to adopt cannot be read: ${cause.message}`;
    throw new ArchiveError(`${told}. Try: apt-mirror's mirror_path, or the directory debmirror was given`, { cause });
  });
  const arrivals = new Arrivals(store, owner);
  const candidates = lacking.filter((file) => standsIn(tree, file) !== undefined);
  const total = candidates.reduce((sum, { size }) => sum + size, 0);
  const taken = new Set<Digest>();
  let done = 0;
  await inParallel(candidates, AT_ONCE, async (file) => {
    signal.throwIfAborted();
    const path = standsIn(tree, file);
    if (path !== undefined && (await take(path, file, arrivals.part(file.digest)))) {
      await arrivals.add(file.digest, file.size);
      taken.add(file.digest);
    }
    done += file.size;
    report({ step: `adopting from ${tree}`, done, total, unit: "bytes" });
  });
  await arrivals.settle();
  return lacking.filter(({ digest }) => !taken.has(digest));
}

/** Brought before it is read: what is verified is then what stays, whatever takes its name in the tree. */
function take(path: string, { digest }: Lacking, part: string): Promise<boolean> {
  return effect(`take ${path}`, async () => {
    rmSync(part, { force: true });
    if (!isForAll(path) || !linked(path, part)) await pipeline(createReadStream(path), createWriteStream(part));
    const same = (await digestOfStream(createReadStream(part))).digest === digest;
    if (!same) rmSync(part);
    return same;
  });
}

/** A link keeps the mode; a web server would stumble over what only its owner may read. */
const isForAll = (path: string): boolean => (lstatSync(path).mode & 0o444) === 0o444;

function linked(path: string, part: string): boolean {
  try {
    linkSync(path, part);
    return true;
  } catch (error) {
    // Another disk, as many links as one file may have, or a file of somebody else.
    if (["EXDEV", "EMLINK", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}
