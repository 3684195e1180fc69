import { readFile } from "node:fs/promises";
import { canonicalJson, type Digest } from "../content/digest";
import type { Intake } from "../content/intake";
import type { ContentStore } from "../content/store";

export interface Blob {
  digest: Digest;
  size: number;
}

/** A wheel or an sdist as an index serves it. */
export interface IndexFile extends Blob {
  filename: string;
  version: string;
  /** Where it came from: a URL, a path on the host that keeps the store, or no more than that it was built here. */
  from: string;
  requiresPython?: string;
  /** Why it should not be used any more; empty where nobody says. */
  yanked?: string;
  uploadTime?: string;
  /** Its METADATA, by which clients resolve without the wheel. */
  metadata?: Blob;
  /** Its attestations. */
  provenance?: Blob & { url: string };
}

/** One project; a blob of its own, so that a change costs what the project costs. */
export interface Project {
  name: string;
  /** The upstream's page of it, where its files came from one. */
  tracks?: string;
  files: IndexFile[];
  pages: { html: Blob; json: Blob };
}

/** What an index holds: named by its own digest, it stands in the store beside what it names. */
export interface IndexManifest {
  projects: {
    name: string;
    /** The record of the project. */
    manifest: Digest;
    /** Digest of what its record was made from. */
    made: Digest;
  }[];
  pages: { html: Blob; json: Blob };
  /** Digest of all it was made from; the first versions did not note it. */
  wanted?: Digest;
}

export async function readManifest(store: ContentStore, digest: Digest): Promise<IndexManifest> {
  return JSON.parse(await readFile(store.path(digest), "utf8")) as IndexManifest;
}

export async function readProject(store: ContentStore, digest: Digest): Promise<Project> {
  return JSON.parse(await readFile(store.path(digest), "utf8")) as Project;
}

/** Writes a record or a manifest. */
export async function writeJson(intake: Intake, value: Project | IndexManifest): Promise<Digest> {
  return (await intake.put(canonicalJson(value))).digest;
}
