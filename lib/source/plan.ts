import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Room, roomIn } from "../content/room";
import { ContentStore } from "../content/store";
import { DownloadClient } from "../http/download-client";
import { inParallel } from "../parallel";
import type { Report } from "../progress";
import type { WantedFile } from "./files";
import { git } from "./git";
import { sizeOf } from "./size";
import { standing } from "./standing";
import type { GitOrigin } from "./tree";

/** Of what each file or commit is known beforehand: only where it is, and how much is to come, has to be asked. */
export interface SourceOrder {
  /** Directory of the content store; it need not be there yet. */
  store: string;
  name: string;
  files: readonly Pick<WantedFile, "url" | "digest" | "size">[];
  /** A commit, beside or in the place of files. */
  commit?: GitOrigin;
  ca?: string;
}

export interface SourcePlan {
  files: number;
  /** Of the files; how much a commit is, nobody tells. */
  bytes: number;
  /** What is not in the store yet, and has to come. */
  fetch: { files: number; bytes: number };
  room: Room;
}

const AT_ONCE = 8;

/** What is to come, and whether it can be had. What is in the store is asked of nobody. */
export async function planSource(order: SourceOrder, _report: Report, signal: AbortSignal): Promise<SourcePlan> {
  const { files, commit } = order;
  const store = new ContentStore(order.store);
  const stands = await Promise.all(files.map(({ digest }) => store.size(digest)));
  const lacking = files.filter((_, at) => stands[at] === undefined);
  const coming = await sizesOf(lacking, order, signal);
  const isNew = commit !== undefined && !(await isServed(store, order));
  if (isNew) await assertReachable(commit, order, signal);
  const bytes = coming.reduce((sum, size) => sum + size, 0);
  return {
    files: files.length + (commit ? 1 : 0),
    bytes: bytes + stands.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    fetch: { files: lacking.length + (isNew ? 1 : 0), bytes },
    room: await roomIn(order.store),
  };
}

/** Asked even where the size is given: a file that is gone is told before anything is changed. */
async function sizesOf(lacking: SourceOrder["files"], { ca }: SourceOrder, signal: AbortSignal): Promise<number[]> {
  if (lacking.length === 0) return [];
  const client = new DownloadClient({ connections: AT_ONCE, ...(ca === undefined ? {} : { ca }) });
  const failures: string[] = [];
  try {
    const sizes = await inParallel(lacking, AT_ONCE, ({ url, size }) =>
      sizeOf(client, new URL(url), signal, size).catch((error: Error) => {
        signal.throwIfAborted();
        failures.push(error.message);
        return 0;
      }),
    );
    if (failures.length > 0) throw new Error(failures.join("\n"));
    return sizes;
  } finally {
    await client.close();
  }
}

async function isServed(store: ContentStore, { name, commit }: SourceOrder): Promise<boolean> {
  return isDeepStrictEqual((await standing(store, name, "tree"))?.asked["origin"], commit);
}

/** Whether its repository answers; git tells no more of a commit before it is fetched. */
async function assertReachable({ git: url }: GitOrigin, { ca }: SourceOrder, signal: AbortSignal): Promise<void> {
  await inDirectory(async (directory) => {
    const file = join(directory, "ca.pem");
    if (ca !== undefined) await writeFile(file, ca);
    await git(directory, ["ls-remote", "--quiet", url, "HEAD"], { signal, ...(ca === undefined ? {} : { ca: file }) });
  });
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "openstack-site-source-"));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
