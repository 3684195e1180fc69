import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { effect } from "../effect";
import type { Report } from "../progress";
import { alone } from "./lock";
import { absent } from "./record";
import type { ContentStore } from "./store";

const incoming = (store: ContentStore): string => join(store.root, "incoming");

/** Where the bytes of an owner are until they are whole: beside the content, and gone on with by its next run. */
export const workDirectory = (store: ContentStore, owner: string): string =>
  join(incoming(store), encodeURIComponent(owner));

/**
 * One run of an owner in a store at a time. What a run that failed leaves half done is gone on with by the next; one that
 * succeeds leaves nothing.
 */
export function workIn<T>(
  store: ContentStore,
  owner: string,
  report: Report,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  const directory = workDirectory(store, owner);
  const onWait = () => report({ step: `waits for another run of ${owner} in ${store.root}` });
  const work = async () => {
    try {
      const result = await run();
      await clear(store, owner);
      return result;
    } finally {
      await rmdir(directory).catch(unlessInUse);
    }
  };
  return alone(directory, work, { onWait, signal });
}

async function clear(store: ContentStore, owner: string): Promise<void> {
  const left = (await readdir(workDirectory(store, owner))).length > 0;
  const debris = [...(left ? [workDirectory(store, owner)] : []), ...(await killedWrites(store))];
  if (debris.length === 0) return;
  await effect(`clear ${owner}`, async () => {
    for (const path of debris) await rm(path, { recursive: true, force: true });
  });
}

/** One file is written in less: what is older is of a writer that was killed. */
const OLD = 3_600_000;

async function killedWrites(store: ContentStore): Promise<string[]> {
  const names = (await readdir(incoming(store))).filter((name) => /^[0-9a-f-]{36}$/.test(name));
  const paths = names.map((name) => join(incoming(store), name));
  const times = await Promise.all(paths.map(async (path) => (await stat(path).catch(absent))?.mtimeMs ?? Infinity));
  return paths.filter((_, at) => Date.now() - (times[at] as number) > OLD);
}

function unlessInUse(error: NodeJS.ErrnoException): void {
  if (!["ENOENT", "ENOTEMPTY"].includes(error.code ?? "")) throw error;
}
