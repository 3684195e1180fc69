import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Digest } from "../content/digest";
import { discard } from "../content/discard";
import { isPinning, pin, unpin } from "../content/pins";
import { readRecord, removeRecord, writeRecord } from "../content/record";
import type { ContentStore } from "../content/store";
import { effect } from "../effect";
import type { FilteredSuite } from "./filtered";
import type { SuiteRecord } from "./manifest";

const fileOf = (store: ContentStore, name: string): string => join(store.root, "seen", `${name}.json`);
const owner = (name: string): string => `seen/${name}`;
const named = (suites: readonly SuiteRecord[]): Digest[] =>
  suites.flatMap(({ indexes, pool }) => [...indexes.map(({ digest }) => digest), pool.manifest]);

/** What was selected when somebody last looked, and of what: the next look solves nothing. */
export interface SeenSelection {
  /** Null while another one takes its place: then nobody goes by it, and it only says what is to be removed. */
  of: Digest | null;
  suites: FilteredSuite[];
}

const selectionOf = (store: ContentStore, name: string): string => join(store.root, "seen", `${name}.selected.json`);

export function readSelection(store: ContentStore, name: string): Promise<SeenSelection | undefined> {
  return readRecord(selectionOf(store, name));
}

export async function noteSelection(store: ContentStore, name: string, selection: SeenSelection): Promise<void> {
  const before = await readSelection(store, name);
  const note = (what: SeenSelection) => writeRecord(selectionOf(store, name), what, `note what ${name} selects`);
  await note({ of: null, suites: [...(before?.suites ?? []), ...selection.suites] });
  await pin(store, `selected/${name}`, poolsOf(selection));
  await discard(
    store,
    poolsOf(before).filter((digest) => !poolsOf(selection).includes(digest)),
  );
  // Last: a run cut short before it still knows what is left to remove.
  await note(selection);
}

/** The other files are made of the selection itself. */
const poolsOf = (selection: SeenSelection | undefined): Digest[] =>
  (selection?.suites ?? []).map(({ record }) => record.pool.manifest);

/** Suites as they were when somebody last looked, and a mirror does not hold yet: the next look asks for no index. */
interface Seen {
  suites: SuiteRecord[];
  /** What is being removed, or was about to be named: a run cut short leaves it to the next one. */
  leaving?: Digest[];
}

async function read(store: ContentStore, name: string): Promise<Seen> {
  const found = (await readRecord<Seen | SuiteRecord[]>(fileOf(store, name))) ?? [];
  // The first versions wrote the suites alone.
  return Array.isArray(found) ? { suites: found } : found;
}

export const readSeen = async (store: ContentStore, name: string): Promise<SuiteRecord[]> =>
  (await read(store, name)).suites;

const namedIn = ({ suites, leaving = [] }: Seen): Digest[] => [...named(suites), ...leaving];

/** Notes them in the place of those before; what only those named goes, packages that came in vain included. */
export async function noteSeen(store: ContentStore, name: string, suites: readonly SuiteRecord[]): Promise<void> {
  const before = await read(store, name);
  if (isDeepStrictEqual(before, { suites })) return;
  if (suites.length === 0) return forgetSeen(store, name);
  const note = (what: Seen) => writeRecord(fileOf(store, name), what, `note what ${name} saw`);
  const kept = new Set(named(suites));
  const gone = namedIn(before).filter((digest) => !kept.has(digest));
  await note({ suites: [], leaving: [...gone, ...kept] });
  await pin(store, owner(name), [...kept]);
  await discard(store, gone);
  await note({ suites: [...suites] });
}

export async function forgetSeen(store: ContentStore, name: string): Promise<void> {
  const before = [...namedIn(await read(store, name)), ...poolsOf(await readSelection(store, name))];
  for (const each of [owner(name), `selected/${name}`]) await unpin(store, each);
  await discard(store, before);
  // Last: a removal cut short still knows what is left to remove.
  await effect(`forget what ${name} saw`, async () => {
    for (const file of [selectionOf(store, name), fileOf(store, name)]) await removeRecord(file);
  });
}

/** What a run has seen, and is at work on, stays until it ends, whatever somebody else sees meanwhile. */
export const hold = (store: ContentStore, name: string, suites: readonly SuiteRecord[]): Promise<void> =>
  pin(store, `run/${name}`, named(suites));

export async function letGo(store: ContentStore, name: string): Promise<void> {
  if (isPinning(store, `run/${name}`)) await unpin(store, `run/${name}`);
}
