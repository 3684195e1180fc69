import type { Readable } from "node:stream";
import { DownloadClient } from "../http/download-client";
import { type Digest, digestOfStream } from "./digest";
import { Fetch } from "./fetch";
import type { ContentStore } from "./store";
import { workIn } from "./work";

const OWNER = "repair";

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

async function makeAnew(store: ContentStore, digest: Digest, bytes: Buffer | Readable): Promise<void> {
  await store.remove(digest);
  await store.put(bytes, digest);
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
  if (bad.length > 0)
    await workIn(
      store,
      OWNER,
      () => {},
      signal,
      () => bringAnew(store, bad, ca, signal),
    );
  return bad.map(({ path }) => path);
}

async function bringAnew(
  store: ContentStore,
  bad: readonly Stored[],
  ca: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const client = new DownloadClient(ca === undefined ? {} : { ca });
  const fetch = new Fetch(store, client, OWNER, signal);
  try {
    // What is bad stays until better is there: behind a gap it may be all there is.
    for (const file of bad) if (!file.again) await fetch.bring(file);
    await fetch.settle();
    // Last: it may be made from what was fetched.
    for (const { again, digest } of bad) if (again) await makeAnew(store, digest, await again());
  } finally {
    await client.close();
  }
}
