import { join } from "node:path";
import type { Digest } from "../content/digest";
import { readRecord, removeRecord, writeRecord } from "../content/record";
import { effect } from "../effect";
import type { MirrorManifest, SuiteRecord } from "./manifest";
import type { Signer } from "./resign";

/** What a suite holds, in a line: enough to compare it with a plan without reading the manifest. */
export interface SuiteSummary {
  uri: string;
  suite: string;
  /** Digest of its InRelease or Release. */
  head: Digest;
  files: number;
  bytes: number;
}

/** Where a mirror stands. It is written last, so what it says is all in the store. */
export interface MirrorSummary {
  manifest: Digest;
  /** Manifests it had before, newest first: what can still be served again. */
  earlier: Digest[];
  suites: SuiteSummary[];
  /** The site's key it is signed with, where it was filtered. */
  signWith?: Signer;
}

export const summaryFile = (store: string, name: string): string => join(store, "mirrors", `${name}.json`);

export function summaryOf(
  manifest: Digest,
  earlier: Digest[],
  { suites }: MirrorManifest,
  signWith?: Signer,
): MirrorSummary {
  return { manifest, earlier, suites: suites.map(summaryOfSuite), ...(signWith && { signWith }) };
}

export function summaryOfSuite(record: SuiteRecord): SuiteSummary {
  const { uri, suite, head, pool } = record;
  return { uri, suite, head, files: pool.files, bytes: pool.bytes };
}

export function readSummary(store: string, name: string): Promise<MirrorSummary | undefined> {
  return readRecord(summaryFile(store, name));
}

export function writeSummary(store: string, name: string, summary: MirrorSummary): Promise<void> {
  return writeRecord(summaryFile(store, name), summary, `note mirror ${name}`);
}

export async function removeSummary(store: string, name: string): Promise<void> {
  await effect(`forget mirror ${name}`, () => removeRecord(summaryFile(store, name)));
}
