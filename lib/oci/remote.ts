import { type Descriptor, isDigest } from "../content/digest";
import { openBlob, readBlob } from "./blobs";
import type { RegistryClient } from "./client";
import {
  type Blob,
  blobOf,
  formatPlatform,
  type Image,
  ImageError,
  jsonObject,
  type Platform,
  platformOf,
} from "./image";
import { getManifest } from "./manifests";
import { isImage, isList } from "./media-types";
import { parseImage } from "./parse";

/** A repository of a registry. */
export interface RegistryPlace {
  client: RegistryClient;
  repository: string;
}

/** An image in a registry, its layers read only when they are needed. */
export async function openRemoteImage(from: RegistryPlace, reference: string, signal?: AbortSignal): Promise<Image> {
  const { client, repository } = from;
  const source = `${client.address}/${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
  const manifest = await getManifest(client, repository, reference, signal);
  if (!manifest) throw new ImageError(`${source} is not there. Try: a digest that its registry still holds`);
  if (isList(manifest.mediaType))
    throw new ImageError(`${source} is a list, not an image. ${children(manifest.bytes)}`);
  if (!isImage(manifest.mediaType)) {
    throw new ImageError(`${source} is a "${manifest.mediaType}". Try: an image of OCI, or of Docker since 1.10`);
  }
  const { config, layers } = parseImage(manifest.bytes, source);
  const bytes = await readBlob(client, repository, config, signal);
  return {
    manifest,
    config: blobOf(config.mediaType, bytes),
    layers: layers.map((layer) => remoteBlob(from, layer, signal)),
    platform: platformOf(bytes, source),
  };
}

/** A blob in a registry. */
export function remoteBlob({ client, repository }: RegistryPlace, blob: Descriptor, signal?: AbortSignal): Blob {
  const { mediaType, digest, size } = blob;
  return { mediaType, digest, size, open: (start) => openBlob(client, repository, blob, signal, start) };
}

/** What to name instead of a list. */
function children(list: Buffer): string {
  const { manifests = [] } = jsonObject(list, "the list") as { manifests?: { digest: string; platform?: Platform }[] };
  const told = manifests.map(({ digest, platform }) => `${platform ? formatPlatform(platform) : "unknown"} ${digest}`);
  return told.length > 0 ? `Try: one of its images: ${told.join(", ")}` : "It is empty";
}
