import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Digest } from "../content/digest";
import { readRecord, removeRecord, writeRecord } from "../content/record";
import { repair } from "../content/repair";
import { ContentStore } from "../content/store";
import type { Report } from "../progress";
import { aptPlane } from "./plane";

export interface ScrubOrder {
  store: string;
  /** What is looked at: all that this manifest names. */
  manifest: Digest;
  /** Bytes a second; the disk serves clients meanwhile. */
  rate?: number;
  ca?: string;
}

export interface ScrubResult {
  files: number;
  bytes: number;
  /** Lost or changed, and fetched again. */
  repaired: string[];
}

/** Where a scrub that was cut short goes on, and with which manifest. */
interface Position {
  manifest: Digest;
  after: Digest;
}

/** Reads every byte of a mirror again; what is not what its digest says is fetched anew from where it came. */
export async function scrub(order: ScrubOrder, report: Report, signal: AbortSignal): Promise<ScrubResult> {
  const store = new ContentStore(order.store);
  const files = await aptPlane.files(store, order.manifest);
  const position = await positionOf(store, order.manifest);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const repaired: string[] = [];
  const start = Date.now();
  let done = 0;
  let read = 0;
  for (const file of files) {
    signal.throwIfAborted();
    if (position === undefined || file.digest > position.after) {
      repaired.push(...(await repair(store, [file], order.ca, signal)));
      read += file.size;
      if (order.rate)
        await setTimeout(Math.max(0, (read / order.rate) * 1000 - (Date.now() - start)), undefined, { signal });
      await note(store, { manifest: order.manifest, after: file.digest });
    }
    done += file.size;
    report({ done, total, unit: "bytes" });
  }
  await removeRecord(positionFile(store));
  return { files: files.length, bytes: total, repaired };
}

const positionFile = (store: ContentStore): string => join(store.root, "scrub.json");

async function positionOf(store: ContentStore, manifest: Digest): Promise<Position | undefined> {
  const position = await readRecord<Position>(positionFile(store));
  return position?.manifest === manifest ? position : undefined;
}

let noted = 0;

/** Once a second: what a killed scrub reads twice is little, and a write for each file would be much. */
async function note(store: ContentStore, position: Position): Promise<void> {
  if (Date.now() - noted < 1000) return;
  noted = Date.now();
  await writeRecord(positionFile(store), position, "note the scrub's position");
}
