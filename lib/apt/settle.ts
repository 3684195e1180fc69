import { isDeepStrictEqual } from "node:util";
import type { Digest } from "../content/digest";
import { discard } from "../content/discard";
import { pin, unpin } from "../content/pins";
import type { ContentStore } from "../content/store";
import { forgetSeen, letGo } from "./seen";
import { type MirrorSummary, readSummary, removeSummary, writeSummary } from "./summary";

const owner = (name: string): string => `mirror/${name}`;
const manifests = ({ manifest, earlier }: MirrorSummary): Digest[] => [manifest, ...earlier];

/** Lets a mirror stand where this summary says; states that are no longer kept go, with the files only they name. */
export async function settle(
  store: ContentStore,
  name: string,
  before: MirrorSummary | undefined,
  after: MirrorSummary,
): Promise<void> {
  if (isDeepStrictEqual(before, after)) return;
  const gone = (before ? manifests(before) : []).filter((each) => !manifests(after).includes(each));
  await pin(store, owner(name), manifests(after));
  await writeSummary(store.root, name, after);
  await discard(store, gone);
}

/** Notes what a mirror holds and keeps it, whatever happens to the mirror: for the day it is put back. */
export async function remember(store: ContentStore, name: string): Promise<MirrorSummary | null> {
  const summary = await readSummary(store.root, name);
  if (summary) await pin(store, `before/${name}`, manifests(summary));
  return summary ?? null;
}

/** Lets a mirror stand where it stood when it was remembered. */
export async function putBack(store: ContentStore, name: string, before: MirrorSummary): Promise<void> {
  await settle(store, name, await readSummary(store.root, name), before);
  await unpin(store, `before/${name}`);
}

/** Takes a mirror out of its store; its files stay unless told otherwise, or as long as somebody else names them. */
export async function forget(store: ContentStore, name: string, deleteData: boolean): Promise<void> {
  const summary = await readSummary(store.root, name);
  await letGo(store, name);
  await forgetSeen(store, name);
  if (!summary) return;
  await unpin(store, owner(name));
  if (deleteData) await discard(store, manifests(summary));
  // Last: a removal cut short still knows what is left to remove.
  await removeSummary(store.root, name);
}
