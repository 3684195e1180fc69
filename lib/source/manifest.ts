import { readFile } from "node:fs/promises";
import { type Digest, digestOf } from "../content/digest";
import type { ContentStore } from "../content/store";

/** A file that is served: its path below the tree, and where it came from, if it was not made here. */
export interface SourceFile {
  path: string;
  digest: Digest;
  size: number;
  url?: string;
}

export type SourceKind = "files" | "tree" | "collections";

/** What is served under a name: it stands in the store beside the files it names. */
export interface SourceManifest {
  source: SourceKind;
  /** The arguments it was made from. */
  asked: Readonly<Record<string, unknown>>;
  files: SourceFile[];
}

/** Undefined where it is lost or damaged: then what it describes is made anew. */
export async function readManifest(store: ContentStore, digest: Digest): Promise<Partial<SourceManifest> | undefined> {
  if ((await store.size(digest)) === undefined) return undefined;
  const bytes = await readFile(store.path(digest));
  return digestOf(bytes) === digest ? (JSON.parse(bytes.toString()) as Partial<SourceManifest>) : undefined;
}
