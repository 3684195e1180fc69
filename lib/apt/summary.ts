import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { canonicalJson, type Digest } from "../content/digest";
import { effect } from "../effect";
import { type MirrorManifest, totals } from "./manifest";

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
}

export const summaryFile = (store: string, name: string): string => join(store, "mirrors", `${name}.json`);

export function summaryOf(manifest: Digest, earlier: Digest[], { suites }: MirrorManifest): MirrorSummary {
  const summaries = suites.map((record) => {
    const { uri, suite, head } = record;
    return { uri, suite, head, ...totals({ suites: [record] }) };
  });
  return { manifest, earlier, suites: summaries };
}

export async function readSummary(store: string, name: string): Promise<MirrorSummary | undefined> {
  try {
    return JSON.parse(await readFile(summaryFile(store, name), "utf8")) as MirrorSummary;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeSummary(store: string, name: string, summary: MirrorSummary): Promise<void> {
  const file = summaryFile(store, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}~`, canonicalJson(summary));
  await effect(`note mirror ${name}`, () => rename(`${file}~`, file));
}

export async function removeSummary(store: string, name: string): Promise<void> {
  await rm(`${summaryFile(store, name)}~`, { force: true });
  await effect(`forget mirror ${name}`, () => rm(summaryFile(store, name), { force: true }));
}
