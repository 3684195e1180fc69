import { type Digest, digestOfStream } from "../content/digest";
import type { ContentStore } from "../content/store";
import { DownloadClient } from "../http/download-client";
import { directoryUrl } from "./archive-url";
import { Fetch } from "./fetch";
import type { MirrorManifest } from "./manifest";

/** A file of a mirror in its store, and where it came from. */
export interface Stored {
  digest: Digest;
  size: number;
  path: string;
  urls: URL[];
}

/** In the order of their digests, so that a scrub can go on where it ended. */
export function filesOf({ suites }: MirrorManifest): Stored[] {
  const files = new Map<Digest, Stored>();
  for (const { uri, indexes, pool } of suites) {
    for (const { digest, size, path } of [...indexes, ...pool]) {
      const url = directoryUrl(uri, path);
      const same = files.get(digest);
      if (same) same.urls.push(url);
      else files.set(digest, { digest, size, path, urls: [url] });
    }
  }
  return [...files.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

async function isWhole(store: ContentStore, { digest, size }: Stored): Promise<boolean> {
  if ((await store.size(digest)) !== size) return false;
  return (await digestOfStream(store.open(digest))).digest === digest;
}

/** Verifies these files; what is lost or changed is fetched anew from where it came. Returns the paths of those. */
export async function repair(
  store: ContentStore,
  files: readonly Stored[],
  ca: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const bad: Stored[] = [];
  for (const file of files) if (!(await isWhole(store, file))) bad.push(file);
  if (bad.length === 0) return [];
  const client = new DownloadClient(ca === undefined ? {} : { ca });
  try {
    const fetch = new Fetch(store, client, "repair", new Set(), signal);
    for (const file of bad) {
      await store.remove(file.digest);
      await fetch.get(file);
    }
    await fetch.settle();
  } finally {
    await client.close();
  }
  return bad.map(({ path }) => path);
}
