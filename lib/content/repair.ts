import type { Readable } from "node:stream";
import { DownloadClient } from "../http/download-client";
import { type Digest, digestOfStream } from "./digest";
import { Fetch } from "./fetch";
import type { ContentStore } from "./store";

/** A file of a store, and where it came from. */
export interface Stored {
  digest: Digest;
  size: number;
  path: string;
  /** Where it can be fetched; none for what is made here. */
  urls: URL[];
  /** Makes it anew. */
  again?: () => Promise<Buffer | Readable>;
}

async function isWhole(store: ContentStore, { digest, size }: Stored): Promise<boolean> {
  if ((await store.size(digest)) !== size) return false;
  return (await digestOfStream(store.open(digest))).digest === digest;
}

/** Verifies these files; what is lost or changed is fetched or made anew. Returns the paths of those. */
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
    const fetch = new Fetch(store, client, "repair", signal);
    for (const file of bad) {
      await store.remove(file.digest);
      if (!file.again) await fetch.get(file);
    }
    await fetch.settle();
    // Last: it may be made from what was fetched.
    for (const { again, digest } of bad) if (again) await store.put(await again(), digest);
  } finally {
    await client.close();
  }
  return bad.map(({ path }) => path);
}
