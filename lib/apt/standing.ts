import { readFile } from "node:fs/promises";
import { type Digest, digestOf } from "../content/digest";
import { pinned } from "../content/pins";
import type { ContentStore } from "../content/store";

/** More is no manifest: it has some lines a suite. */
const LARGEST = 16e6;

/** Every state of a mirror that something keeps: mirrors, snapshots, and what is served. */
export async function standingManifests(store: ContentStore): Promise<Digest[]> {
  const kept = [...new Set(await pinned(store))].sort();
  const manifests: Digest[] = [];
  for (const digest of kept) if (await isManifest(store, digest)) manifests.push(digest);
  return manifests;
}

/** By its form: packages, indexes and other planes' manifests are pinned, too. */
async function isManifest(store: ContentStore, digest: Digest): Promise<boolean> {
  const size = await store.size(digest);
  if (size === undefined || size > LARGEST) return false;
  const bytes = await readFile(store.path(digest));
  if (!bytes.subarray(0, 11).equals(Buffer.from('{"suites":['))) return false;
  if (digestOf(bytes) !== digest) {
    throw new Error(
      `the manifest ${digest} in ${store.root} is rotten. Try: remove it and the mirror, and mirror again`,
    );
  }
  return true;
}
