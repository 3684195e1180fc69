import type { Digest } from "../content/digest";
import { Fetch } from "../content/fetch";
import { assertRoom, roomIn } from "../content/room";
import { ContentStore } from "../content/store";
import { DownloadClient } from "../http/download-client";
import { inParallel } from "../parallel";
import type { Report } from "../progress";
import { type Failure, tellFailures } from "./failures";
import type { SourceFile } from "./manifest";
import { sizeOf } from "./size";

/** Whose work in its store it is. */
export const ownerOf = (name: string): string => `source-${name}`;

export interface WantedFile {
  url: string;
  digest: Digest;
  path: string;
  /** Asked of its server where it is left out. */
  size?: number | undefined;
}

export interface FilesOrder {
  /** Directory of the content store. */
  store: string;
  name: string;
  files: readonly WantedFile[];
  /** PEM of the authority that signed the servers' certificates. */
  ca?: string;
}

const AT_ONCE = 8;
const REPORT_EVERY = 1000;

/** Brings files of known digest into a store. All are tried, and all that failed are told at once. */
export async function fetchFiles(order: FilesOrder, report: Report, signal: AbortSignal): Promise<SourceFile[]> {
  const { store: root, name, files, ca } = order;
  const store = new ContentStore(root);
  const client = new DownloadClient({ connections: AT_ONCE, ...(ca === undefined ? {} : { ca }) });
  const failures: Failure[] = [];
  try {
    const sized = await trying(files, failures, signal, (file) => measure(store, client, file, signal));
    const fetch = new Fetch(store, client, ownerOf(name), signal);
    await fetchAll(fetch, sized, failures, report, signal);
    if (failures.length > 0) await tellFailures(store, name, failures, files.length);
    return sized;
  } finally {
    await client.close();
  }
}

async function fetchAll(
  fetch: Fetch,
  files: readonly Required<SourceFile>[],
  failures: Failure[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const lacking = await absent(fetch, files);
  const total = lacking.reduce((sum, { size }) => sum + size, 0);
  assertRoom(total, await roomIn(fetch.store.root), fetch.store.root);
  const reporting = setInterval(() => report({ done: fetch.bytes, total, unit: "bytes" }), REPORT_EVERY);
  try {
    await trying(lacking, failures, signal, async ({ url, digest, size }) => {
      await fetch.get({ urls: [new URL(url)], digest, size });
      return true;
    });
    // What came is kept, whatever failed.
    await fetch.settle();
  } finally {
    clearInterval(reporting);
  }
}

async function absent(fetch: Fetch, files: readonly Required<SourceFile>[]): Promise<Required<SourceFile>[]> {
  const there = await Promise.all(files.map(({ digest }) => fetch.has(digest)));
  return files.filter((_, at) => !there[at]);
}

async function measure(
  store: ContentStore,
  client: DownloadClient,
  { url, digest, path, size: told }: WantedFile,
  signal: AbortSignal,
): Promise<Required<SourceFile>> {
  const stands = await store.size(digest);
  if (stands !== undefined && told !== undefined && stands !== told)
    throw new Error(`it has ${stands} bytes, not ${told}`);
  return { url, digest, path, size: stands ?? told ?? (await sizeOf(client, new URL(url), signal)) };
}

/** Runs for every file, whatever happens to the others; returns what succeeded. */
async function trying<F extends WantedFile, R>(
  files: readonly F[],
  failures: Failure[],
  signal: AbortSignal,
  run: (file: F) => Promise<R>,
): Promise<R[]> {
  const results = await inParallel(files, AT_ONCE, async (file) => {
    try {
      return await run(file);
    } catch (error) {
      signal.throwIfAborted();
      failures.push({ path: file.path, url: file.url, error: (error as Error).message });
      return undefined;
    }
  });
  return results.filter((each) => each !== undefined) as R[];
}
