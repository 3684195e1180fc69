import { canonicalJson, digestOf } from "../lib/content/digest";
import { pin } from "../lib/content/pins";
import { ContentStore } from "../lib/content/store";
import type { Platform } from "../lib/oci/image";
import { buildList, childTag } from "../lib/oci/list";
import { madeFor, type PlannedBase } from "./base-images";
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
  /** Images that are made on the way; what they will be is known when they are. */
  bases: PlannedBase[];
  /** Digest of the list over the images; absent where one of them is still to be made. */
  digest?: string;
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
  { offered, bases }: { offered: Offered; bases: readonly PlannedBase[] },
  directory: string,
  owner: string,
): Promise<PlannedImageSet[]> {
  const store = new ContentStore(directory);
  const rest = [...offered];
  const recipes = [...bases];
  const supplied = await Promise.all(
    images.map(async (image) => {
      const mine = rest.splice(0, soughtFor(image).length);
      const made = recipes.splice(0, madeFor(image).length);
      const supplies = image.architectures.map((architecture) => supply(image, architecture, mine, made, store));
      return { image, supplies: await Promise.all(supplies) };
    }),
  );
  refuseHoles(supplied);
  const needed = supplied.flatMap(({ supplies }) =>
    supplies.flatMap((each) => ("child" in each ? (each.digests ?? []) : [])),
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
  const had = supplies.flatMap((each) => ("child" in each ? [each] : []));
  const bases = supplies.flatMap((each) => ("base" in each ? [each.base] : []));
  const holes = holesOf({ image, supplies: [...supplies] });
  const list = had.length > 0 ? buildList(had.map(({ child }) => child)) : undefined;
  const images = (list?.children ?? []).map((child) => {
    const source = had.find((each) => each.child.digest === child.digest)?.source as PlannedSource;
    return { ...child, tag: childTag(tag, child), source };
  });
  const digest = list && bases.length === 0 ? { digest: list.manifest.digest } : {};
  return { repository, tag, adopt, images, bases, ...digest, holes };
}

/** One digest over all that the site is to hold: another one where an image, a list or a recipe is another. */
export function contentOf(sets: readonly PlannedImageSet[]): string {
  return digestOf(
    canonicalJson(
      sets.map(({ repository, tag, images, bases }) => [
        repository,
        tag,
        images.map(({ digest }) => digest),
        bases.map(({ recipe }) => recipe),
      ]),
    ),
  );
}
