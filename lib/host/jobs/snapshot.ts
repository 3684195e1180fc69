import type { Digest } from "../../content/digest";
import { dropSnapshot, type Snapshot, takeSnapshot } from "../../content/snapshot";
import { ContentStore } from "../../content/store";
import { defineJob } from "../jobs";

interface Name {
  store: string;
  name: string;
}

/** Keeps a state of a mirror under a name. */
export const snapshotTake = defineJob("snapshot-take", async ({ store, name, ...snapshot }: Name & Snapshot) => {
  await takeSnapshot(new ContentStore(store), name, snapshot);
  return null;
});

/** Gives a state up. */
export const snapshotDrop = defineJob("snapshot-drop", async (order: Name & { manifest: Digest }) => {
  await dropSnapshot(new ContentStore(order.store), order.name, order.manifest);
  return null;
});
