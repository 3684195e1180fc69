import type { Digest } from "../content/digest";
import type { ContentStore } from "../content/store";
import { directoryUrl } from "./archive-url";
import { byHashPath } from "./by-hash";
import { nameOf, type SuiteRecord } from "./manifest";
import { readPool } from "./pool";

/** A file that is to come. */
export interface Lacking {
  digest: Digest;
  size: number;
  /** Wherever it can be had. No URLs: of 60,000 files they would take a hundred megabytes. */
  places: Place[];
  /** Whose failure it is if it cannot. */
  suite: string;
}

/** A file of an archive, by its path below the archive's root. */
export interface Place {
  uri: string;
  path: string;
}

/** Files these suites name and the store lacks, each once; the biggest come first. */
export async function lackingOf(store: ContentStore, suites: readonly SuiteRecord[]): Promise<Lacking[]> {
  if (suites.length === 0) return [];
  // One look at a directory instead of one for each file.
  const there = new Set(await store.digests());
  const lacking = new Map<Digest, Lacking>();
  for (const record of suites) {
    const { uri, byHash, indexes } = record;
    const suite = nameOf(record);
    const add = (paths: string[], digest: Digest, size: number) => {
      if (there.has(digest)) return;
      const places = paths.map((path) => ({ uri, path }));
      const same = lacking.get(digest);
      if (same) same.places.push(...places);
      else lacking.set(digest, { places, digest, size, suite });
    };
    // By their hashes where the archive has them so: then an update in between cannot mix two states.
    const upstream = indexes.filter(({ made }) => made === undefined);
    for (const file of upstream) add([...(byHash ? [byHashPath(file)] : []), file.path], file.digest, file.size);
    for (const { path, digest, size } of await readPool(store, record.pool)) add([path], digest, size);
  }
  return [...lacking.values()].sort((a, b) => b.size - a.size);
}

export const urlsOf = ({ places }: Lacking): URL[] => places.map(({ uri, path }) => directoryUrl(uri, path));

export const bytesOf = (lacking: readonly Lacking[]): number => lacking.reduce((sum, { size }) => sum + size, 0);
