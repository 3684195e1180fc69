import type { Digest } from "../content/digest";
import { type Room, roomIn } from "../content/room";
import { ContentStore } from "../content/store";
import { DownloadClient } from "../http/download-client";
import type { Report } from "../progress";
import { sizesBelow } from "./directory";
import { add, type Pin, parsePins } from "./requirements";
import { digestOfSelection, type NeededBuild, type Selection, select, totalsOf } from "./selection";
import type { Target } from "./target";
import { Upstream } from "./upstream";

export interface PlanOrder {
  /** The simple index the files come from. */
  upstream: string;
  /** Texts of requirement lists, by their names. */
  lists: Readonly<Record<string, string>>;
  targets: readonly Target[];
  ca?: string;
  /** Directory where pages of the upstream are kept for conditional requests. */
  cache?: string;
}

export interface IndexPlan {
  /** Names all that the index will hold. */
  selection: Digest;
  files: number;
  bytes: number;
  /** What exists nowhere, one line each. */
  missing: string[];
  /** What targets can only build from source. */
  sdists: NeededBuild[];
}

/** A plan made next to the store that is to hold the index. */
export interface StoredPlan extends IndexPlan {
  /** What is not in the store yet, and has to come. */
  fetch: { files: number; bytes: number };
  /** Of the disk the store is on. */
  room: Room;
}

/** What an index of these lists would hold now: one request a project, and not a byte of a file. */
export async function planIndex(order: PlanOrder, signal?: AbortSignal): Promise<IndexPlan> {
  return planOf(await selectionNow(order, signal));
}

/** The same, and what of it is to come; the store need not be there yet. */
export async function planStoredIndex(
  { store: root, directory, ...order }: PlanOrder & { store: string; directory?: string },
  _report: Report,
  signal: AbortSignal,
): Promise<StoredPlan> {
  const selection = await selectionNow(order, signal);
  const there = new Set<string>(await new ContentStore(root).digests());
  const own = directory === undefined ? undefined : sizesBelow(directory);
  const lacking = selection.files
    .filter(({ sha256 }) => !there.has(`sha256:${sha256}`))
    .filter(({ filename, size }) => own?.get(filename) !== size);
  return { ...planOf(selection), fetch: totalsOf(lacking), room: await roomIn(root) };
}

async function selectionNow(order: PlanOrder, signal?: AbortSignal): Promise<Selection> {
  const client = new DownloadClient({ connections: 16, ...(order.ca === undefined ? {} : { ca: order.ca }) });
  try {
    const upstream = new Upstream(client, order.upstream, order.cache);
    return await select(upstream, pinsOf(order.lists), order.targets, signal);
  } finally {
    await client.close();
  }
}

function planOf(selection: Selection): IndexPlan {
  const { missing, sdists } = selection;
  return { selection: digestOfSelection(selection), ...totalsOf(selection.files), missing, sdists };
}

/** The pins of several lists: what two of them name stands once. */
export function pinsOf(lists: Readonly<Record<string, string>>): Pin[] {
  const pins = new Map<string, Pin>();
  for (const [origin, text] of Object.entries(lists)) for (const pin of parsePins(text, origin)) add(pins, pin);
  return [...pins.values()];
}
