import { pin } from "../lib/content/pins";
import { ContentStore } from "../lib/content/store";
import type { Platform } from "../lib/oci/image";
import { buildList, childTag } from "../lib/oci/list";
import { type PlannedSource, type SiteImage, type Supply, soughtFor, supply } from "./image-sources";
import type { Offered } from "./upstream-images";

/** One image of a list: where its bytes are, and everything its manifest will say. */
export interface PlannedImage {
  tag: string;
  source: PlannedSource;
  digest: string;
  size: number;
  mediaType: string;
  platform: Platform;
}

export interface PlannedImageSet {
  repository: string;
  tag: string;
  adopt: boolean;
  images: PlannedImage[];
  /** Digest of the list over the images. */
  digest: string;
  /** Architectures that were asked for and cannot be had, and why. */
  holes: { architecture: string; why: string }[];
}

/**
 * Images of the site and the lists over them, by digest, before anything is pushed. Those made here go to the content
 * store of this project, pinned by the stack; equal input gives equal digests on every machine. Every hole that is not
 * allowed is told at once.
 */
export async function planImages(
  images: readonly SiteImage[],
  offered: Offered,
  directory: string,
  owner: string,
): Promise<PlannedImageSet[]> {
  const store = new ContentStore(directory);
  const rest = [...offered];
  const supplied = await Promise.all(
    images.map(async (image) => {
      const mine = rest.splice(0, soughtFor(image).length);
      const supplies = image.architectures.map((architecture) => supply(image, architecture, mine, store));
      return { image, supplies: await Promise.all(supplies) };
    }),
  );
  refuseHoles(supplied);
  const needed = supplied.flatMap(({ supplies }) =>
    supplies.flatMap((each) => ("hole" in each ? [] : (each.digests ?? []))),
  );
  if (needed.length > 0) await pin(store, owner, needed);
  return supplied.map(({ image, supplies }) => setOf(image, supplies));
}

interface Supplied {
  image: SiteImage;
  supplies: Supply[];
}

const holesOf = ({ image, supplies }: Supplied) =>
  supplies.flatMap((each, index) =>
    "hole" in each ? [{ architecture: image.architectures[index] as string, why: each.hole }] : [],
  );

function refuseHoles(supplied: readonly Supplied[]): void {
  const lines = supplied.flatMap((each) => {
    const { repository, tag, partial, architectures } = each.image;
    const holes = holesOf(each);
    if (partial === "allow" && holes.length < architectures.length) return [];
    return holes.map(({ architecture, why }) => `  - ${repository}:${tag} for ${architecture}: ${why}`);
  });
  if (lines.length === 0) return;
  const hint = "Try: partial: allow joins those that exist, if there is one at all";
  throw new Error(`images that cannot be had; nothing was touched:\n${lines.join("\n")}\n${hint}`);
}

function setOf(image: SiteImage, supplies: readonly Supply[]): PlannedImageSet {
  const { repository, tag, adopt } = image;
  const had = supplies.flatMap((each) => ("hole" in each ? [] : [each]));
  const list = buildList(had.map(({ child }) => child));
  const images = list.children.map((child) => {
    const source = had.find((each) => each.child.digest === child.digest)?.source as PlannedSource;
    return { ...child, tag: childTag(tag, child), source };
  });
  return {
    repository,
    tag,
    adopt,
    images,
    digest: list.manifest.digest,
    holes: holesOf({ image, supplies: [...supplies] }),
  };
}
