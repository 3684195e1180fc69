import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Arrivals } from "../content/arrivals";
import { canonicalJson, type Digest, digestOf } from "../content/digest";
import { download } from "../content/download";
import { Intake } from "../content/intake";
import type { Plane } from "../content/plane";
import { assertRoom, roomIn } from "../content/room";
import { Shelf, type Standing } from "../content/shelf";
import type { ContentStore } from "../content/store";
import { DownloadClient } from "../http/download-client";
import type { Builder, BuiltWheel } from "./build-wheel";
import { metadataOf } from "./metadata";

/** What a wheel is built from. */
export interface Sdist {
  url: string;
  filename: string;
  digest: Digest;
  size: number;
}

/** How a wheel was built: the record stands in the store beside what it names. */
export interface WheelManifest {
  built: Builder;
  /** Files of it, by what they are. */
  log: { digest: Digest; size: number };
  sdist: Sdist;
  wheel: { filename: string; digest: Digest; size: number };
}

export const wheelShelf = new Shelf<Standing>("wheels");

/** Whose work in its store it is. */
export const workOf = (name: string): string => `wheel-${name}`;

/** Wheels that were built here. They are served as files of an index. */
export const wheelPlane: Plane<null> = {
  head: '{"built":{',
  tree: async () => new Map(),
  async files(store, manifest) {
    const { wheel, sdist, log } = await readWheel(store, manifest);
    const files = [
      { ...wheel, path: wheel.filename, urls: [] },
      { ...sdist, path: sdist.filename, urls: [new URL(sdist.url)] },
      { ...log, path: `${wheel.filename}.log`, urls: [] },
    ];
    return files.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  },
};

export const readWheel = async (store: ContentStore, manifest: Digest): Promise<WheelManifest> =>
  JSON.parse(await readFile(store.path(manifest), "utf8")) as WheelManifest;

/** Brings the sdist next to the store, where it comes in with the wheel; tells where its bytes are. */
export async function bringSdist(
  store: ContentStore,
  name: string,
  { url, digest, size }: Sdist,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if ((await store.size(digest)) !== undefined) return store.path(digest);
  assertRoom(size, await roomIn(store.root), store.root);
  const client = new DownloadClient(ca === undefined ? {} : { ca });
  try {
    const part = new Arrivals(store, workOf(name)).part(digest);
    await download(client, { url: new URL(url), digest, size }, part, { signal });
    return part;
  } finally {
    await client.close();
  }
}

export interface Kept {
  manifest: Digest;
  /** Of the wheel. */
  digest: Digest;
}

/** Keeps a wheel that was built, with the record of how. A wheel that is another one than its name says is refused. */
export async function keepWheel(store: ContentStore, name: string, sdist: Sdist, made: BuiltWheel): Promise<Kept> {
  const [bytes, log] = [Buffer.from(made.wheel, "base64"), Buffer.from(made.log)];
  const wheel = { filename: made.filename, digest: digestOf(bytes), size: bytes.length };
  const said = { digest: digestOf(log), size: log.length };
  const record: WheelManifest = { built: made.with, log: said, sdist, wheel };
  const manifest = digestOf(canonicalJson(record));
  // No two builds say the same: what a killed one left has to be known by its name.
  await wheelShelf.announce(store, name, [manifest, wheel.digest, said.digest, sdist.digest]);
  const arrivals = new Arrivals(store, workOf(name));
  if (existsSync(arrivals.part(sdist.digest))) await arrivals.add(sdist.digest, sdist.size);
  await arrivals.settle();
  const intake = new Intake(store, workOf(name));
  for (const each of [bytes, log, canonicalJson(record)]) await intake.put(each);
  await intake.settle();
  metadataOf(store.path(wheel.digest), made.filename);
  await wheelShelf.settle(store, name, await wheelShelf.read(store, name), { manifest, earlier: [] });
  return { manifest, digest: wheel.digest };
}

/** What stands under a name; `lost` where the store has it no more. */
export async function wheelStanding(
  store: ContentStore,
  name: string,
): Promise<(WheelManifest & { manifest: Digest; lost: boolean }) | undefined> {
  const standing = await wheelShelf.read(store, name);
  if (!standing || (await store.size(standing.manifest)) === undefined) return undefined;
  const found = await readWheel(store, standing.manifest);
  return { ...found, manifest: standing.manifest, lost: (await store.size(found.wheel.digest)) !== found.wheel.size };
}
