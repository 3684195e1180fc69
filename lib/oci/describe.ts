import type { Digest } from "../content/digest";
import { readBlob } from "./blobs";
import type { RegistryClient } from "./client";
import { type Image, ImageError, type ManifestBytes, type Platform, platformOf } from "./image";
import { getManifest } from "./manifests";
import { isList } from "./media-types";
import { parseImage } from "./parse";

export interface DescribedImage {
  manifest: ManifestBytes;
  platform: Platform;
  config: Digest;
}

/** What a digest says never changes, wherever it stands: each configuration is read once a process. */
const platforms = new Map<Digest, Platform>();

/** Of an image whose configuration is at hand: a list over it need not read that from the registry. */
export function remember({ manifest, platform }: Image): void {
  platforms.set(manifest.digest, platform);
}

/** An image in a registry with the platform its configuration names; undefined where it is proven absent. */
export async function describeImage(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<DescribedImage | undefined> {
  const manifest = await getManifest(client, repository, reference, signal);
  return manifest && describeManifest(client, repository, manifest, signal);
}

/** The same of a manifest that stands in the repository. */
export async function describeManifest(
  client: RegistryClient,
  repository: string,
  manifest: ManifestBytes,
  signal?: AbortSignal,
): Promise<DescribedImage> {
  const source = `${client.address}/${repository}@${manifest.digest}`;
  if (isList(manifest.mediaType)) throw new ImageError(`${source} is a list, not an image for one platform`);
  const { config } = parseImage(manifest.bytes, source);
  const known = platforms.get(manifest.digest);
  const platform = known ?? platformOf(await readBlob(client, repository, config, signal), source);
  platforms.set(manifest.digest, platform);
  return { manifest, platform, config: config.digest };
}
