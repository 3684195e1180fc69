import { z } from "zod";
import type { Digest } from "../content/digest";
import { digestForm } from "../content/form";
import type { Earlier } from "../content/retention";
import { Shelf, type Standing } from "../content/shelf";
import { ContentStore } from "../content/store";
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

/** Where a mirror stands. */
export interface MirrorSummary extends Standing {
  suites: SuiteSummary[];
  /** The site's key it is signed with, where it was filtered. */
  signWith?: Signer;
  /** Bytes a second of the last transfer that was large enough to tell. */
  rate?: number;
}

const SUITE = z.object({ uri: z.string(), suite: z.string(), head: digestForm, files: z.int(), bytes: z.int() });

export const mirrorShelf = new Shelf<MirrorSummary>("mirrors", { suites: z.array(SUITE) });

export function summaryOf(
  manifest: Digest,
  earlier: Earlier[],
  { suites }: MirrorManifest,
  signWith?: Signer,
  rate?: number,
): MirrorSummary {
  const signed = signWith && { signWith };
  return { manifest, earlier, suites: suites.map(summaryOfSuite), ...signed, ...(rate && { rate }) };
}

export function summaryOfSuite(record: SuiteRecord): SuiteSummary {
  const { uri, suite, head, pool } = record;
  return { uri, suite, head, files: pool.files, bytes: pool.bytes };
}

export const readSummary = (store: string, name: string): Promise<MirrorSummary | undefined> =>
  mirrorShelf.read(new ContentStore(store), name);
