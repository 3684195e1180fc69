import { effect } from "../effect";
import type { Digest } from "./digest";
import { discard } from "./discard";
import { pin, unpin } from "./pins";
import { lostOf } from "./reach";
import { removeRecord, writeRecord } from "./record";
import { servedStates } from "./served";
import type { ContentStore } from "./store";

/** A state of a mirror under a name of its own: it stays, whatever the mirror keeps. */
export interface Snapshot {
  manifest: Digest;
  note: string;
}

/** One name may stand for two states while one takes the place of the other. */
const label = (name: string, manifest: Digest): string => `${name}@${manifest.slice(7, 19)}`;
const owner = (name: string, manifest: Digest): string => `snapshot/${label(name, manifest)}`;

export const snapshotFile = (store: string, name: string, manifest: Digest): string =>
  `${store}/snapshots/${label(name, manifest)}.json`;

/** Keeps a state with all its files; one of which anything is gone already is refused. */
export async function takeSnapshot(store: ContentStore, name: string, snapshot: Snapshot): Promise<void> {
  const { manifest } = snapshot;
  // Before the look: from here on no collector takes what was seen.
  await pin(store, owner(name, manifest), [manifest]);
  const lost = await lostOf(store, manifest);
  if (lost > 0) {
    await unpin(store, owner(name, manifest));
    throw new Error(
      `${manifest}: ${lost} of its files are not in ${store.root}. Try: a state that stands, as the mirror's output names it`,
    );
  }
  await writeRecord(snapshotFile(store.root, name, manifest), snapshot, `note snapshot ${name}`);
}

/** Gives a state up; its files go, but for those that something else names. */
export async function dropSnapshot(store: ContentStore, name: string, manifest: Digest): Promise<void> {
  const user = (await servedStates(store)).find((each) => each.manifest === manifest);
  if (user) {
    throw new Error(
      `snapshot ${name} is what clients see as ${store.root}/served/${user.name}. Try: serve another state there first`,
    );
  }
  await unpin(store, owner(name, manifest));
  await discard(store, [manifest]);
  // Last: a removal cut short still knows what is left to remove.
  await effect(`forget snapshot ${name}`, () => removeRecord(snapshotFile(store.root, name, manifest)));
}
