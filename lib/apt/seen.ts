import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Digest } from "../content/digest";
import { discard } from "../content/discard";
import { pin, unpin } from "../content/pins";
import { readRecord, removeRecord, writeRecord } from "../content/record";
import type { ContentStore } from "../content/store";
import { effect } from "../effect";
import type { SuiteRecord } from "./manifest";

const fileOf = (store: ContentStore, name: string): string => join(store.root, "seen", `${name}.json`);
const owner = (name: string): string => `seen/${name}`;
const indexesOf = (suites: readonly SuiteRecord[]): Digest[] =>
  suites.flatMap(({ indexes }) => indexes.map(({ digest }) => digest));

/** Suites as they were when somebody last looked, and a mirror does not hold yet: the next look asks for no index. */
export async function readSeen(store: ContentStore, name: string): Promise<SuiteRecord[]> {
  return (await readRecord<SuiteRecord[]>(fileOf(store, name))) ?? [];
}

/** Notes them in the place of those before; what only those had of indexes goes. */
export async function noteSeen(store: ContentStore, name: string, suites: readonly SuiteRecord[]): Promise<void> {
  const before = await readSeen(store, name);
  if (isDeepStrictEqual(before, suites)) return;
  if (suites.length === 0) return forgetSeen(store, name);
  await writeRecord(fileOf(store, name), suites, `note what ${name} saw`);
  await pin(store, owner(name), indexesOf(suites));
  const kept = new Set(indexesOf(suites));
  await discard(
    store,
    indexesOf(before).filter((digest) => !kept.has(digest)),
  );
}

export async function forgetSeen(store: ContentStore, name: string): Promise<void> {
  const before = await readSeen(store, name);
  await unpin(store, owner(name));
  await discard(store, indexesOf(before));
  // Last: a removal cut short still knows what is left to remove.
  await effect(`forget what ${name} saw`, () => removeRecord(fileOf(store, name)));
}
