import { canonicalJson, type Digest, digestOf, digestOfStream } from "../content/digest";
import { discard } from "../content/discard";
import { pin, unpin } from "../content/pins";
import { generationsOf, observeServed, serve, unserve } from "../content/served";
import type { ContentStore } from "../content/store";
import { forgetFailures } from "./failures";
import { bringIn } from "./made";
import { readManifest, type SourceFile, type SourceKind, type SourceManifest } from "./manifest";
import { sourcePlane } from "./plane";

export interface Standing {
  manifest: Digest;
  /** The arguments it was made from; empty where its manifest is lost. */
  asked: Readonly<Record<string, unknown>>;
  files: readonly SourceFile[];
  /** Paths of files that are not as they were put there. */
  touched: string[];
}

/** What is served under a name. Whatever else stands there is no concern of this kind. */
export async function standing(store: ContentStore, name: string, source: SourceKind): Promise<Standing | undefined> {
  const served = await observeServed(store, name);
  if (!served) return undefined;
  const manifest = await readManifest(store, served.manifest);
  if (manifest && manifest.source !== source)
    throw new Error(`${store.root}/served/${name} holds other content than ${source}. Try: another name`);
  const { asked = {}, files = [] } = manifest ?? {};
  return { manifest: served.manifest, asked, files, touched: served.touched };
}

/** Takes out of the store what was touched by hand and is not what its digest says: it is to be had anew. */
export async function dropTouched(store: ContentStore, name: string): Promise<void> {
  const { touched } = (await observeServed(store, name)) ?? { touched: [] };
  const [served, ...earlier] = await generationsOf(store, name);
  if (touched.length === 0 || served === undefined) return;
  const tree = await sourcePlane.tree(store, [served, ...earlier], null);
  for (const digest of new Set(touched.flatMap((path) => tree.get(path) ?? []))) {
    const whole =
      (await store.size(digest)) !== undefined && (await digestOfStream(store.open(digest))).digest === digest;
    if (!whole) await store.remove(digest);
  }
}

/** Serves it in the place of what was there; states that no client needs any more go. */
export async function settle(store: ContentStore, name: string, manifest: SourceManifest): Promise<Digest> {
  const digest = await keepManifest(store, name, manifest);
  const before = await generationsOf(store, name);
  await serve(sourcePlane, store, name, digest, null);
  const after = await generationsOf(store, name);
  await discard(
    store,
    before.filter((each) => !after.includes(each)),
  );
  await forgetFailures(store, name);
  return digest;
}

async function keepManifest(store: ContentStore, name: string, manifest: SourceManifest): Promise<Digest> {
  const files = manifest.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const content = canonicalJson({ ...manifest, files });
  await bringIn(store, name, [{ path: "manifest", content }]);
  return digestOf(content);
}

/** Keeps what is taken over, whatever is served in its place: for the day it is put back. */
export async function remember(store: ContentStore, name: string, manifest: Digest): Promise<Digest> {
  await pin(store, before(name), [manifest]);
  return manifest;
}

/** Serves again what was taken over. */
export async function putBack(store: ContentStore, name: string, manifest: Digest): Promise<void> {
  await serve(sourcePlane, store, name, manifest, null);
  await unpin(store, before(name));
  await forgetFailures(store, name);
}

/** Takes it away; its files stay in the store unless told otherwise, or as long as somebody else names them. */
export async function giveUp(store: ContentStore, name: string, deleteData: boolean): Promise<void> {
  if (deleteData) {
    await unpin(store, `served/${name}`);
    await discard(store, await generationsOf(store, name));
  }
  // Last: a removal cut short still knows what is left to remove.
  await unserve(store, name);
  await forgetFailures(store, name);
}

const before = (name: string): string => `before/served/${name}`;
