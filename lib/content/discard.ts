import type { Digest } from "./digest";
import { pinned, withPins } from "./pins";
import { reach } from "./reach";
import type { ContentStore } from "./store";

/** Removes manifests and all they name, but for what anything pinned names, too; the pins of `owner` do not count. */
export async function discard(store: ContentStore, manifests: readonly Digest[], owner?: string): Promise<void> {
  if (manifests.length === 0) return;
  // Who pins meanwhile waits: what it then finds in the store stays there.
  await withPins(store, async () => {
    const kept = await reach(store, await pinned(store, owner));
    const idle = await reach(
      store,
      manifests.filter((each) => !kept.has(each)),
      kept,
    );
    // Files before what names them: a removal cut short still knows what is left to remove.
    for (const digest of [...idle].reverse()) await store.remove(digest);
  });
}
