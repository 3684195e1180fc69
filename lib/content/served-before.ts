import type { Digest } from "./digest";
import { pin, unpin } from "./pins";
import type { Plane } from "./plane";
import { observeServed, serve } from "./served";
import type { ContentStore } from "./store";

/** What was served under a name before it was taken over. */
export interface ServedBefore {
  manifest: Digest;
  layout: unknown;
}

const owner = (name: string): string => `before/served/${name}`;

/** Notes what is served under a name and keeps all its files, whatever is served there later: for the day it is put back. */
export async function rememberServed(store: ContentStore, name: string): Promise<ServedBefore | null> {
  const standing = await observeServed(store, name);
  if (!standing) return null;
  const { manifest, layout } = standing;
  await pin(store, owner(name), [manifest]);
  return { manifest, layout };
}

/** Serves again what was served when it was remembered. */
export async function putServedBack<Layout>(
  plane: Plane<Layout>,
  store: ContentStore,
  name: string,
  { manifest, layout }: ServedBefore,
): Promise<void> {
  await serve(plane, store, name, manifest, layout as Layout);
  await unpin(store, owner(name));
}
