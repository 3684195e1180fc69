import { type Digest, digestOf } from "../content/digest";
import type { ContentStore } from "../content/store";
import type { LocalFile } from "./directory";
import { parseFilename } from "./filename";
import type { Blob, IndexFile } from "./manifest";
import { IndexError } from "./name";
import { FORM } from "./pages";
import type { SelectedFile } from "./selection";

/** A file that a project is to hold, from an upstream or from a directory. */
export interface WantedFile extends Omit<IndexFile, "metadata" | "provenance"> {
  project: string;
  /** Digest of the METADATA its index announces. */
  announced?: string;
  attestations?: string;
}

/** Whether a file came from an index; what else there is stood in a directory, or was built here. */
export const isUpstreams = (from: string): boolean => /^https?:/.test(from);

export function fromUpstream({ project, sha256, url, metadata, provenance, ...rest }: SelectedFile): WantedFile {
  const digest: Digest = `sha256:${sha256}`;
  const announced = metadata === undefined ? {} : { announced: metadata };
  return { ...rest, ...announced, ...(provenance && { attestations: provenance }), project, digest, from: url };
}

export function fromDirectory({ path, ...file }: LocalFile): WantedFile {
  return { ...file, from: path };
}

/** A wheel that was built here. */
export async function fromStore(store: ContentStore, [filename, digest]: [string, Digest]): Promise<WantedFile> {
  const [what, size] = [parseFilename(filename), await store.size(digest)];
  if (!what || size === undefined)
    throw new IndexError(`${filename} (${digest}) is not in ${store.root}. Try: pulumi refresh, and pulumi up again`);
  return { filename, digest, size, project: what.name, version: what.version, from: "built here" };
}

const FIELDS = {
  ...{ project: 1, filename: 1, version: 1, digest: 1, size: 1, from: 1, requiresPython: 1, yanked: 1, uploadTime: 1 },
  ...{ announced: 1, attestations: 1 },
} satisfies Record<keyof WantedFile, 1>;

const byFilename = (a: WantedFile, b: WantedFile): number => (a.filename < b.filename ? -1 : 1);

/**
 * What is made of these files depends on, in whichever order they are named. Field by field: objects that were read and
 * those just made differ in the order of their keys.
 */
export function digestOfWanted(files: readonly WantedFile[], upstream: string): Digest {
  const fields = Object.keys(FIELDS) as (keyof WantedFile)[];
  const rows = [...files].sort(byFilename).map((file) => fields.map((field) => file[field] ?? null));
  return digestOf(Buffer.from(JSON.stringify([FORM, upstream, rows])));
}

/** By project; a file name with two contents is refused, as clients keep what they have once read of it. */
export function byProject(wanted: readonly WantedFile[]): Map<string, WantedFile[]> {
  const seen = new Map<string, WantedFile>();
  for (const file of wanted) {
    const other = seen.get(file.filename);
    if (other && other.digest !== file.digest)
      throw new IndexError(`${file.filename} is ${file.digest} in ${file.from} and ${other.digest} in ${other.from}`);
    if (!other) seen.set(file.filename, file);
  }
  const projects = new Map<string, WantedFile[]>();
  for (const file of [...seen.values()].sort(byFilename))
    projects.set(file.project, [...(projects.get(file.project) ?? []), file]);
  return new Map([...projects].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Refuses other bytes under a name that was served before: PyPI's own rule, and what installers' caches rely on. */
export function assertSame(file: WantedFile, before: readonly (Blob & { filename: string })[]): void {
  const stood = before.find(({ filename }) => filename === file.filename);
  if (!stood || stood.digest === file.digest) return;
  throw new IndexError(
    `${file.filename} was ${stood.digest} and is ${file.digest} in ${file.from}. Try: another version, or a build number`,
  );
}
