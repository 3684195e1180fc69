import { canonicalJson, type Digest, digestOf } from "../content/digest";
import { inParallel } from "../parallel";
import { Chooser, targetName } from "./choose";
import { IndexError } from "./name";
import type { ListedFile } from "./project";
import type { Pin } from "./requirements";
import type { Target } from "./target";
import type { Upstream } from "./upstream";

/** A file that an index takes in: what its pages say of it, and where it comes from. */
export interface SelectedFile extends ListedFile {
  project: string;
  version: string;
  sha256: string;
  size: number;
}

/** What an index will hold. */
export interface Selection {
  files: SelectedFile[];
  /** Pins, or targets of them, for which no file exists: one line each. */
  missing: string[];
  /** For a target that has no wheel. */
  sdists: NeededBuild[];
}

/** What a target can only build from source. */
export interface NeededBuild {
  project: string;
  version: string;
  target: Target;
  sdist: SelectedFile;
}

export const buildName = ({ project, version, target }: NeededBuild): string =>
  `${project}==${version}: from source on ${targetName(target)}`;

const AT_ONCE = 32;

/** Which files of an upstream these pins mean for these targets. Every project that cannot be read is told, at once. */
export async function select(
  upstream: Upstream,
  pins: readonly Pin[],
  targets: readonly Target[],
  signal?: AbortSignal,
): Promise<Selection> {
  const chooser = new Chooser(targets);
  const failures: string[] = [];
  const meant = pins.filter((pin) => chooser.means(pin));
  const byName = new Map<string, Pin[]>();
  for (const pin of meant) byName.set(pin.name, [...(byName.get(pin.name) ?? []), pin]);
  const projects = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = await inParallel(projects, AT_ONCE, async ([name, its]): Promise<Selection> => {
    try {
      const listed = await upstream.project(name, signal);
      if (!listed) return nothing(its.map((pin) => `${pin.name}==${pin.version}: no project of that name`));
      return joined(await Promise.all(its.map((pin) => chosen(chooser, pin, listed, upstream))));
    } catch (error) {
      signal?.throwIfAborted();
      failures.push((error as Error).message);
      return nothing([]);
    }
  });
  if (failures.length > 0) throw new IndexError(failures.join("\n"));
  return joined(parts);
}

const nothing = (missing: string[]): Selection => ({ files: [], missing, sdists: [] });

async function chosen(
  chooser: Chooser,
  pin: Pin,
  listed: readonly ListedFile[],
  upstream: Upstream,
): Promise<Selection> {
  const { files, built, holes } = chooser.choose(pin, listed);
  const told = `${pin.name}==${pin.version}`;
  if (files.length === 0) return nothing([`${told}: no file for any target`]);
  const selected = await Promise.all(files.map((file) => taken(pin, file, upstream)));
  return {
    files: selected,
    missing: holes.map((target) => `${told}: no file for ${targetName(target)}`),
    sdists: built.flatMap(({ target, filename }) => {
      const sdist = selected.find((file) => file.filename === filename);
      return sdist ? [{ project: pin.name, version: pin.version, target, sdist }] : [];
    }),
  };
}

async function taken({ name, version }: Pin, file: ListedFile, upstream: Upstream): Promise<SelectedFile> {
  const { sha256 } = file;
  if (sha256 === undefined)
    throw new IndexError(`${file.url}: the index names no SHA-256 of it. Try: an index that does`);
  return { ...file, project: name, version, sha256, size: file.size ?? (await upstream.sizeOf(file.url)) };
}

function joined(parts: readonly Selection[]): Selection {
  const all = <K extends keyof Selection>(key: K) => parts.flatMap((part) => part[key] as Selection[K][number][]);
  return {
    files: all("files") as SelectedFile[],
    missing: all("missing") as string[],
    sdists: all("sdists") as NeededBuild[],
  };
}

/** Names what an index will hold, and what its pages will say of it. */
export function digestOfSelection({ files, missing }: Selection): Digest {
  return digestOf(canonicalJson({ files: files.map(({ url: _, ...file }) => file), missing }));
}

/** Files and bytes, each digest counted once. */
export function totalsOf(files: readonly { sha256: string; size: number }[]): { files: number; bytes: number } {
  const sizes = new Map(files.map(({ sha256, size }) => [sha256, size]));
  return { files: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) };
}
