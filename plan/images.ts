import type { Digest } from "../lib/content/digest";
import { pin } from "../lib/content/pins";
import { ContentStore } from "../lib/content/store";
import { buildImage } from "../lib/oci/build";
import type { Image } from "../lib/oci/image";
import { buildList, childTag, type ListChild } from "../lib/oci/list";

export interface SiteImage {
  repository: string;
  tag: string;
  architectures: string[];
}

/** One image of a list: where its bytes are, and everything its manifest will say. */
export interface PlannedImage {
  tag: string;
  source: string;
  digest: string;
  size: number;
  mediaType: string;
  platform: { os: string; architecture: string };
}

export interface PlannedImageSet {
  repository: string;
  tag: string;
  images: PlannedImage[];
  /** Digest of the list over the images. */
  digest: string;
}

/**
 * Images of the site and the lists over them, by digest, before anything is pushed. Their bytes go to the content store
 * of this project, pinned by the stack; equal input gives equal digests on every machine.
 */
export async function planImages(
  images: readonly SiteImage[],
  directory: string,
  owner: string,
): Promise<PlannedImageSet[]> {
  const store = new ContentStore(directory);
  const sets = await Promise.all(images.map((image) => planSet(image, store)));
  const needed = sets.flatMap(({ digests }) => digests);
  if (needed.length > 0) await pin(store, owner, needed);
  return sets.map(({ set }) => set);
}

async function planSet(image: SiteImage, store: ContentStore): Promise<{ set: PlannedImageSet; digests: Digest[] }> {
  const { repository, tag } = image;
  const built = image.architectures.map((architecture) => synthetic(image, architecture));
  const digests = await Promise.all(built.map((each) => keep(store, each)));
  const children: ListChild[] = built.map(({ manifest: { digest, size, mediaType }, platform }) => ({
    digest,
    size,
    mediaType,
    platform,
  }));
  const list = buildList(children);
  const images = list.children.map(({ platform: { os, architecture }, ...child }) => ({
    ...child,
    tag: childTag(tag, { ...child, platform: { os, architecture } }),
    source: store.root,
    platform: { os, architecture },
  }));
  return { set: { repository, tag, images, digest: list.manifest.digest }, digests: digests.flat() };
}

/** An image that says what it is and for whom: enough to prove the way of an image through the site. */
function synthetic({ repository, tag }: SiteImage, architecture: string): Image {
  const content = `${JSON.stringify({ image: repository, tag, architecture })}\n`;
  const labels = { "org.opencontainers.image.title": repository, "org.opencontainers.image.version": tag };
  const file = { path: "image.json", content: Buffer.from(content), mode: "0644" };
  return buildImage([file], { os: "linux", architecture }, { Labels: labels });
}

async function keep(store: ContentStore, { manifest, config, layers }: Image): Promise<Digest[]> {
  const blobs = [config, ...layers].map(async (blob) => (await store.put(blob.open(), blob.digest)).digest);
  return Promise.all([...blobs, store.put(manifest.bytes, manifest.digest).then(({ digest }) => digest)]);
}
