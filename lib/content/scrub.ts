import { setTimeout } from "node:timers/promises";
import { effect } from "../effect";
import type { Report } from "../progress";
import { canonicalJson, type Digest, digestOf } from "./digest";
import type { Plane } from "./plane";
import { readRecord, removeRecord, writeRecord } from "./record";
import { repair, type Stored } from "./repair";
import { serve, servedStates } from "./served";
import { type StandingState, standingStates } from "./standing";
import { ContentStore } from "./store";

export interface ScrubOrder {
  store: string;
  /** Bytes a second; the disk serves clients meanwhile. */
  rate?: number;
  ca?: string;
}

export interface ScrubResult {
  files: number;
  bytes: number;
  /** Lost or changed, and fetched again. */
  repaired: string[];
  /** Those that could not be, and why. */
  lost: { path: string; why: string }[];
}

/** Where a scrub that was cut short goes on, and with which states. */
interface Position {
  of: Digest;
  after: Digest;
}

/**
 * Reads every byte of these planes in a store again, of all states that are kept or served; what is not what its digest
 * says is fetched anew from where it came, and names under which it is served get it.
 */
export async function scrub(
  planes: readonly Plane<never>[],
  { store: root, rate, ca }: ScrubOrder,
  report: Report,
  signal: AbortSignal,
): Promise<ScrubResult> {
  const store = new ContentStore(root);
  const states = await standingStates(store, planes);
  const of = digestOf(canonicalJson(states.map(({ manifest }) => manifest)));
  const files = await filesOf(store, states);
  const position = await readRecord<Position>(positionFile(store));
  const left = files.filter(({ digest }) => position?.of !== of || digest > position.after);
  const total = bytesOf(files);
  const result: ScrubResult = { files: left.length, bytes: bytesOf(left), repaired: [], lost: [] };
  const start = Date.now();
  let noted = start;
  let read = 0;
  for (const file of left) {
    await look(store, file, ca, result, signal);
    read += file.size;
    report({ done: total - result.bytes + read, total, unit: "bytes" });
    // Once a second: what a killed scrub reads twice is little, and a write for each file would be much.
    if (Date.now() - noted > 1000) {
      noted = Date.now();
      await writeRecord(positionFile(store), { of, after: file.digest }, "note the scrub's position");
    }
    const early = rate ? (read / rate) * 1000 - (Date.now() - start) : 0;
    if (early > 0) await setTimeout(early, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  await effect("end the scrub", () => removeRecord(positionFile(store)));
  if (result.repaired.length > 0) await serveAgain(store, states);
  return result;
}

const positionFile = (store: ContentStore): string => `${store.root}/scrub.json`;

const bytesOf = (files: readonly Stored[]): number => files.reduce((sum, { size }) => sum + size, 0);

/** Each once, in the order of their digests. */
async function filesOf(store: ContentStore, states: readonly StandingState[]): Promise<Stored[]> {
  const files = new Map<Digest, Stored>();
  for (const { plane, manifest } of states) {
    for (const file of await plane.files(store, manifest)) files.set(file.digest, file);
  }
  return [...files.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** One that cannot be had again does not keep the others from being looked at. */
async function look(
  store: ContentStore,
  file: Stored,
  ca: string | undefined,
  { repaired, lost }: ScrubResult,
  signal: AbortSignal,
): Promise<void> {
  try {
    repaired.push(...(await repair(store, [file], ca, signal)));
  } catch (error) {
    signal.throwIfAborted();
    lost.push({ path: file.path, why: (error as Error).message });
  }
}

/** Trees link the bytes they were made of: a file that came again is another. */
async function serveAgain(store: ContentStore, states: readonly StandingState[]): Promise<void> {
  for (const { name, manifest, layout } of await servedStates(store)) {
    const state = states.find((each) => each.manifest === manifest);
    if (state) await serve(state.plane as Plane<unknown>, store, name, manifest, layout);
  }
}
