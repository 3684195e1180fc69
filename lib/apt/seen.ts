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
const named = (suites: readonly SuiteRecord[]): Digest[] =>
  suites.flatMap(({ indexes, pool }) => [...indexes.map(({ digest }) => digest), pool.manifest]);

/** Suites as they were when somebody last looked, and a mirror does not hold yet: the next look asks for no index. */
export async function readSeen(store: ContentStore, name: string): Promise<SuiteRecord[]> {
  return (await readRecord<SuiteRecord[]>(fileOf(store, name))) ?? [];
}

/** Notes them in the place of those before; what only those named goes, packages that came in vain included. */
export async function noteSeen(store: ContentStore, name: string, suites: readonly SuiteRecord[]): Promise<void> {
  const before = await readSeen(store, name);
  if (isDeepStrictEqual(before, suites)) return;
  if (suites.length === 0) return forgetSeen(store, name);
  await writeRecord(fileOf(store, name), suites, `note what ${name} saw`);
  await pin(store, owner(name), named(suites));
  const kept = new Set(named(suites));
  await discard(
    store,
    named(before).filter((digest) => !kept.has(digest)),
  );
}

export async function forgetSeen(store: ContentStore, name: string): Promise<void> {
  const before = await readSeen(store, name);
  await unpin(store, owner(name));
  await discard(store, named(before));
  // Last: a removal cut short still knows what is left to remove.
  await effect(`forget what ${name} saw`, () => removeRecord(fileOf(store, name)));
}
