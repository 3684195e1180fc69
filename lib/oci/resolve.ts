import type { Descriptor, Digest } from "../content/digest";
import type { RegistryClient } from "./client";
import { describeImage, describeManifest } from "./describe";
import { formatPlatform, type ManifestBytes, type Platform } from "./image";
import type { ListChild } from "./list";
import { getManifest } from "./manifests";
import { isList } from "./media-types";

type Entry = Descriptor & { platform?: Platform };

/**
 * The images a name stands for in a registry, for the architectures asked, platforms as their configurations tell them;
 * undefined where the name is proven absent. What a list holds beside, such as attestations, is left out.
 */
export async function resolveImages(
  client: RegistryClient,
  repository: string,
  reference: string,
  architectures: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, ListChild> | undefined> {
  const manifest = await getManifest(client, repository, reference, signal);
  if (!manifest) return undefined;
  const found = isList(manifest.mediaType)
    ? await Promise.all(
        chosen(manifest, architectures).map((digest) => describeImage(client, repository, digest, signal)),
      )
    : [await describeManifest(client, repository, manifest, signal)];
  const images = found.flatMap((image) => (image ? [image] : []));
  return new Map(
    images
      .filter(({ platform }) => architectures.includes(platform.architecture))
      .map(({ manifest: { digest, size, mediaType }, platform }) => [
        platform.architecture,
        { digest, size, mediaType, platform },
      ]),
  );
}

function chosen({ bytes }: ManifestBytes, architectures: readonly string[]): Digest[] {
  const { manifests } = JSON.parse(bytes.toString()) as { manifests: Entry[] };
  return architectures.flatMap((architecture) => entryFor(manifests, architecture)?.digest ?? []);
}

function entryFor(entries: readonly Entry[], architecture: string): Entry | undefined {
  const fits = ({ mediaType, platform }: Entry) =>
    !isList(mediaType) && platform?.os === "linux" && platform.architecture === architecture;
  const [found, other] = entries.filter(fits);
  if (!found?.platform || !other?.platform) return found;
  const told = [found, other].map(({ platform, digest }) => `${formatPlatform(platform as Platform)} (${digest})`);
  throw new Error(`it holds two images for ${architecture}: ${told.join(" and ")}. Try: name one by its digest`);
}
