import { readFile } from "node:fs/promises";
import { type Digest, digestOf } from "./digest";
import { pinned } from "./pins";
import type { Plane } from "./plane";
import type { ContentStore } from "./store";

/** More is no manifest: one has some lines a suite, or a project. */
const LARGEST = 16e6;

/** A state that something keeps: a mirror, an index, a snapshot, or what is served. */
export interface StandingState {
  manifest: Digest;
  plane: Plane<never>;
}

/** Every state of these planes that something keeps. */
export async function standingStates(store: ContentStore, planes: readonly Plane<never>[]): Promise<StandingState[]> {
  const kept = [...new Set(await pinned(store))].sort();
  const states: StandingState[] = [];
  for (const manifest of kept) {
    const plane = await planeOf(store, manifest, planes);
    if (plane) states.push({ manifest, plane });
  }
  return states;
}

/** By its form: packages, indexes and what else manifests name are pinned, too. */
async function planeOf(
  store: ContentStore,
  digest: Digest,
  planes: readonly Plane<never>[],
): Promise<Plane<never> | undefined> {
  const size = await store.size(digest);
  if (size === undefined || size > LARGEST) return undefined;
  const bytes = await readFile(store.path(digest));
  const plane = planes.find(({ head }) => bytes.subarray(0, head.length).equals(Buffer.from(head)));
  if (plane && digestOf(bytes) !== digest) {
    const hint = "remove it and what it is a state of, and bring that again";
    throw new Error(`the manifest ${digest} in ${store.root} is rotten. Try: ${hint}`);
  }
  return plane;
}
