import type { Digest } from "../content/digest";
import { hasBlob } from "./blobs";
import type { RegistryClient } from "./client";
import type { Blob } from "./image";
import { pushBlob, type TransferOptions } from "./upload";

/** What one client knows of its registry: in which repository a blob stands, and who is at work on one. */
interface Known {
  homes: Map<Digest, Promise<string | undefined>>;
  turns: Map<string, Promise<unknown>>;
}

const known = new WeakMap<RegistryClient, Known>();

export interface PlaceOptions extends TransferOptions {
  /** The repository was seen without any tag: what it holds of an upload cut short is not worth a look at each blob. */
  bare?: boolean;
}

/**
 * Sees to it that the repository holds the blob: found there, mounted from where it stands in the same registry, or
 * sent. One at a time for a blob and repository, because distribution 2.8 empties the link of a blob that is sent again
 * for a moment, and refuses manifests that name it meanwhile. What several repositories need is sent to the first.
 */
export function placeBlob(
  client: RegistryClient,
  repository: string,
  blob: Blob,
  { bare = false, ...options }: PlaceOptions = {},
): Promise<"there" | "mounted" | "uploaded"> {
  const { homes, turns } = knownBy(client);
  const turn = `${repository}@${blob.digest}`;
  const before = turns.get(turn);
  const home = before ? undefined : homes.get(blob.digest);
  const placing = (async () => {
    await before;
    const stands = await home;
    const absent = bare && !before && stands !== repository;
    if (!absent && (await hasBlob(client, repository, blob.digest, options.signal))) return "there";
    const mountFrom = options.mountFrom ?? stands;
    const elsewhere = mountFrom === undefined || mountFrom === repository ? {} : { mountFrom };
    return pushBlob(client, repository, blob, { ...options, ...elsewhere });
  })();
  const done = placing.then(
    () => repository,
    () => undefined,
  );
  turns.set(turn, done);
  if (!home) homes.set(blob.digest, done);
  void done.then((stands) => {
    if (turns.get(turn) === done) turns.delete(turn);
    if (!stands && homes.get(blob.digest) === done) homes.delete(blob.digest);
  });
  return placing;
}

function knownBy(client: RegistryClient): Known {
  const found = known.get(client) ?? { homes: new Map(), turns: new Map() };
  known.set(client, found);
  return found;
}
