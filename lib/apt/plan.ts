import { Fetch } from "../content/fetch";
import { type Room, roomIn } from "../content/room";
import { ContentStore } from "../content/store";
import { workIn } from "../content/work";
import { DownloadClient } from "../http/download-client";
import type { Report } from "../progress";
import { keepHeapSmall } from "../small-heap";
import { standsIn } from "./adopt-tree";
import { contentsNow } from "./contents";
import { bytesOf, lackingOf } from "./lacking";
import { readManifest } from "./manifest";
import { ArchiveError } from "./release";
import type { Selection } from "./solver";
import { mirrorShelf, type SuiteSummary, summaryOfSuite } from "./summary";
import type { Look } from "./upstream";

export interface PlanOrder extends Look, Partial<Selection> {
  /** Directory of the content store; it need not be there yet. */
  store: string;
  ca?: string;
  /** The tree of another mirror: what seems to stand there has not to be fetched. */
  adoptTree?: string;
}

export interface MirrorPlan {
  /** What each suite holds now: what an apt:Mirror is told to bring. */
  suites: SuiteSummary[];
  /** What is not in the store yet, and has to come. */
  fetch: { files: number; bytes: number };
  /** Of the disk the store is on. */
  room: Room;
  /** Bytes a second of the last transfer. */
  rate?: number;
}

/** Milliseconds without a byte: a preview has less patience than a download. */
const PATIENCE = 20_000;

/**
 * What a mirror would hold now, without its packages. It runs next to the store, keeps there what it has read of indexes,
 * and so asks an unchanged suite once.
 */
export async function planMirror(order: PlanOrder, report: Report, signal: AbortSignal): Promise<MirrorPlan> {
  keepHeapSmall();
  const store = new ContentStore(order.store);
  const owner = `plan-${order.name}`;
  return workIn(store, owner, report, signal, () => planIn(store, owner, order, signal));
}

async function planIn(store: ContentStore, owner: string, order: PlanOrder, signal: AbortSignal): Promise<MirrorPlan> {
  const before = await mirrorShelf.read(store, order.name);
  const standing = before ? await readManifest(store, before.manifest) : { suites: [] };
  const client = new DownloadClient({ timeout: PATIENCE, ...(order.ca === undefined ? {} : { ca: order.ca }) });
  try {
    const fetch = new Fetch(store, client, owner, signal);
    const { suites, failures } = await contentsNow(order, standing.suites, client, fetch, signal);
    if (failures.length > 0) throw new ArchiveError(failures.join("\n"));
    const fresh = suites.filter((each) => !standing.suites.includes(each));
    const { adoptTree: tree } = order;
    const lacking = (await lackingOf(store, fresh)).filter((file) => !(tree && standsIn(tree, file)));
    return {
      suites: suites.map(summaryOfSuite),
      fetch: { files: lacking.length, bytes: bytesOf(lacking) },
      room: await roomIn(order.store),
      ...(before?.rate && { rate: before.rate }),
    };
  } finally {
    await client.close();
  }
}
