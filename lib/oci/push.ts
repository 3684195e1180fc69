import { setTimeout as sleep } from "node:timers/promises";
import { inParallel } from "../parallel";
import { hasTags } from "./catalog";
import type { RegistryClient } from "./client";
import { remember } from "./describe";
import { type Image, ImageError } from "./image";
import { headManifest, putManifest } from "./manifests";
import { type PlaceOptions, placeBlob } from "./placing";
import { RegistryError } from "./registry-error";
import type { TransferOptions } from "./upload";

export interface PushProgress {
  blobs: number;
  blobsTotal: number;
  bytes: number;
  bytesTotal: number;
}

export interface PushOptions extends Pick<TransferOptions, "signal" | "mountFrom"> {
  onProgress?: (progress: PushProgress) => void;
}

/** Blobs of one image under way at once. */
const PARALLEL_BLOBS = 4;
const ROUNDS = 5;
const MOMENT = 200;

/**
 * Makes the tag stand for the image: sends the blobs that are missing, then the manifest; nothing where it does already.
 * With `mountFrom` naming the repository itself, in which the image stands under another name, no blob is looked at.
 */
export async function pushImage(
  client: RegistryClient,
  repository: string,
  tag: string,
  image: Image,
  options: PushOptions = {},
): Promise<{ changed: boolean }> {
  const { signal, mountFrom } = options;
  remember(image);
  const standing = await headManifest(client, repository, tag, signal);
  if (standing?.digest === image.manifest.digest) return { changed: false };
  refuseForeign(image);
  const needsBlobs = mountFrom !== repository;
  const bare = needsBlobs && !standing && !(await hasTags(client, repository, signal));
  for (let round = 1; ; round++) {
    if (needsBlobs) await placeBlobs(client, repository, image, { ...options, bare: bare && round === 1 });
    try {
      await putManifest(client, repository, tag, image.manifest, signal);
      return { changed: true };
    } catch (error) {
      // Another process may be sending one of the blobs, or a collector have taken one since we looked. Distribution 2.8
      // may give another code than MANIFEST_BLOB_UNKNOWN first.
      const lacking = error instanceof RegistryError && error.status === 400;
      if (!lacking || round === ROUNDS) throw error;
      await sleep(round * MOMENT * Math.random());
      signal?.throwIfAborted();
    }
  }
}

async function placeBlobs(
  client: RegistryClient,
  repository: string,
  image: Image,
  { onProgress = () => {}, ...options }: PushOptions & Pick<PlaceOptions, "bare">,
): Promise<void> {
  const blobs = [...new Map([image.config, ...image.layers].map((blob) => [blob.digest, blob])).values()];
  const bytesTotal = blobs.reduce((sum, { size }) => sum + size, 0);
  const progress = { blobs: 0, blobsTotal: blobs.length, bytes: 0, bytesTotal };
  const onBytes = (count: number) => {
    progress.bytes += count;
    onProgress({ ...progress });
  };
  await inParallel(blobs, PARALLEL_BLOBS, async (blob) => {
    const how = await placeBlob(client, repository, blob, { ...options, onBytes });
    progress.blobs++;
    onBytes(how === "uploaded" ? 0 : blob.size);
  });
}

/** Layers that only their maker may hand out. */
function refuseForeign({ manifest, layers }: Image): void {
  const foreign = layers.find(({ mediaType }) => /\.(nondistributable|foreign)\./.test(mediaType));
  if (!foreign) return;
  const what = `layer ${foreign.digest} of ${manifest.digest} is a ${foreign.mediaType}, which no registry may hand on`;
  throw new ImageError(`${what}. Try: an image without such layers`);
}
