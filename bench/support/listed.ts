import { buildImage } from "../../lib/oci/build";
import type { RegistryClient } from "../../lib/oci/client";
import type { Image } from "../../lib/oci/image";
import { buildList, type ImageList } from "../../lib/oci/list";
import { pushImage } from "../../lib/oci/push";
import { inParallel } from "../../lib/parallel";

export const ARCHITECTURES = ["amd64", "arm64", "s390x"];

export type Named = readonly [repository: string, images: readonly Image[]];

export const childOf = ({ manifest: { digest, size, mediaType }, platform }: Image) => ({
  digest,
  size,
  mediaType,
  platform,
});
export const listOf = (images: readonly Image[]): ImageList => buildList(images.map(childOf));
export const tagOf = ({ platform }: Image): string => `v1-${platform.architecture}`;

/** What lists are to join, each list's images in a repository of its own; the same in every thread. */
export function imagesOf(count: number, prefix: string): Named[] {
  return Array.from({ length: count }, (_, index): Named => {
    const image = (architecture: string) =>
      buildImage([{ path: "name", content: `${prefix} ${index}` }], { os: "linux", architecture });
    return [`${prefix}/image-${index}`, ARCHITECTURES.map(image)];
  });
}

/** Pushes images under their tags. */
export async function fill(client: RegistryClient, sets: readonly Named[]): Promise<void> {
  await inParallel(sets, 16, async ([repository, images]) => {
    for (const image of images) await pushImage(client, repository, tagOf(image), image);
  });
}
