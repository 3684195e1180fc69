import { hasBlob, pushBlob, type TransferOptions } from "./blobs";
import type { RegistryClient } from "./client";
import type { Image } from "./image";
import { headManifest, putManifest } from "./manifests";
import { inParallel } from "./parallel";

export interface PushProgress {
  blobs: number;
  blobsTotal: number;
  bytes: number;
  bytesTotal: number;
}

export interface PushOptions extends Pick<TransferOptions, "signal" | "mountFrom"> {
  onProgress?: (progress: PushProgress) => void;
}

/** Blobs of one image under way at once; a registry's disk gains nothing from more. */
const PARALLEL_BLOBS = 4;

/** Makes the tag stand for the image: sends the blobs that are missing, then the manifest; nothing where it does already. */
export async function pushImage(
  client: RegistryClient,
  repository: string,
  tag: string,
  image: Image,
  { signal, mountFrom, onProgress = () => {} }: PushOptions = {},
): Promise<{ changed: boolean }> {
  const standing = await headManifest(client, repository, tag, signal);
  if (standing?.digest === image.manifest.digest) return { changed: false };
  const blobs = [...new Map([image.config, ...image.layers].map((blob) => [blob.digest, blob])).values()];
  const bytesTotal = blobs.reduce((sum, { size }) => sum + size, 0);
  const progress = { blobs: 0, blobsTotal: blobs.length, bytes: 0, bytesTotal };
  const onBytes = (count: number) => {
    progress.bytes += count;
    onProgress({ ...progress });
  };
  const transfer = { onBytes, ...(signal && { signal }), ...(mountFrom && { mountFrom }) };
  await inParallel(blobs, PARALLEL_BLOBS, async (blob) => {
    const there = await hasBlob(client, repository, blob.digest, signal);
    const how = there ? "there" : await pushBlob(client, repository, blob, transfer);
    progress.blobs++;
    onBytes(how === "uploaded" ? 0 : blob.size);
  });
  await putManifest(client, repository, tag, image.manifest, signal);
  return { changed: true };
}
