import { readFile } from "node:fs/promises";
import { z } from "zod";
import { canonicalJson, type Digest } from "../content/digest";
import { digestForm, parseForm } from "../content/form";
import type { ContentStore } from "../content/store";
import type { Pool } from "./pool";

/** A file of an archive: where it stands below the archive's root, and what it is. */
export interface ArchiveFile {
  path: string;
  digest: Digest;
  size: number;
  /** Its bytes in base64 where they were made here: nobody else has them, and it is small. */
  made?: string;
}

/** One suite as it was mirrored: everything its Release vouches for. */
export interface SuiteRecord {
  uri: string;
  suite: string;
  /** Digest of what was asked of it; other components are another suite. */
  asked: Digest;
  /** Digest of its InRelease or Release; of a filtered suite, of what its Release says beside its date. */
  head: Digest;
  date: string;
  /** Fingerprint of the site's key that signed it, where it was filtered. */
  signedBy?: string;
  /** What the server said for the next conditional GET. */
  validator?: string;
  /** Whether its indexes can be fetched under their hashes. */
  byHash?: boolean;
  /** The head itself, and what stands below the suite. */
  indexes: ArchiveFile[];
  pool: Pool;
}

/** What a mirror holds: named by its own digest, it stands in the store beside the files it names. */
export interface MirrorManifest {
  suites: SuiteRecord[];
}

const FILE = z.object({ path: z.string(), digest: digestForm, size: z.int() });
const SUITE = z.object({
  ...{ uri: z.string(), suite: z.string(), asked: digestForm, head: digestForm, date: z.string() },
  indexes: z.array(FILE),
  pool: z.object({ manifest: digestForm, files: z.int(), bytes: z.int() }),
});
const MANIFEST = z.object({ suites: z.array(SUITE) });

export async function readManifest(store: ContentStore, digest: Digest): Promise<MirrorManifest> {
  const text = await readFile(store.path(digest), "utf8");
  const hint = `another state: without the records in ${store.root}/mirrors and served that name this one, the next up makes it of what is in the store`;
  return parseForm(MANIFEST, text, `the state ${digest} of a mirror in ${store.root}`, hint);
}

export async function writeManifest(store: ContentStore, manifest: MirrorManifest): Promise<Digest> {
  const suites = manifest.suites.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return (await store.put(canonicalJson({ suites }))).digest;
}

export const nameOf = ({ uri, suite }: Pick<SuiteRecord, "uri" | "suite">): string => `${uri} ${suite}`;
