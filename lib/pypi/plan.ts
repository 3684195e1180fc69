import type { Digest } from "../content/digest";
import { DownloadClient } from "../http/download-client";
import { add, type Pin, parsePins } from "./requirements";
import { digestOfSelection, select, totalsOf } from "./selection";
import type { Target } from "./tags";
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
  built: string[];
}

/** What an index of these lists would hold now: one request a project, and not a byte of a file. */
export async function planIndex(order: PlanOrder, signal?: AbortSignal): Promise<IndexPlan> {
  const client = new DownloadClient({ connections: 16, ...(order.ca === undefined ? {} : { ca: order.ca }) });
  try {
    const upstream = new Upstream(client, order.upstream, order.cache);
    const selection = await select(upstream, pinsOf(order.lists), order.targets, signal);
    const { missing, built } = selection;
    return { selection: digestOfSelection(selection), ...totalsOf(selection.files), missing, built };
  } finally {
    await client.close();
  }
}

/** The pins of several lists: what two of them name stands once. */
export function pinsOf(lists: Readonly<Record<string, string>>): Pin[] {
  const pins = new Map<string, Pin>();
  for (const [origin, text] of Object.entries(lists)) for (const pin of parsePins(text, origin)) add(pins, pin);
  return [...pins.values()];
}
