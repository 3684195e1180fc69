import { canonicalJson, type Descriptor, digestOf } from "../content/digest";
import { formatPlatform, ImageError, type ManifestBytes, type Platform } from "./image";
import { DOCKER_LIST, isImage, OCI_INDEX } from "./media-types";
import { isTag } from "./reference";

/** One image of a list. */
export interface ListChild extends Descriptor {
  platform: Platform;
  /** Its own tag in the list's repository. Default: `<tag of the list>-<architecture>`. */
  tag?: string;
  /** Another repository of the same registry that holds it, where the list's own does not. */
  from?: string;
}

export type ListFormat = "oci" | "docker";

export interface ImageList {
  manifest: ManifestBytes;
  children: ListChild[];
}

/**
 * The list over these images: sorted, so that its digest is known before anything is sent and depends on them alone.
 * Both kinds of list take both kinds of image: registries keep the mixture, and Docker and skopeo pull from it.
 */
export function buildList(children: readonly ListChild[], format: ListFormat = "oci"): ImageList {
  const sorted = [...children].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  refuseUnusable(sorted);
  const mediaType = format === "oci" ? OCI_INDEX : DOCKER_LIST;
  const manifests = sorted.map(({ mediaType, digest, size, platform: { os, architecture, variant } }) => ({
    mediaType,
    digest,
    size,
    platform: { os, architecture, ...(variant ? { variant } : {}) },
  }));
  const bytes = canonicalJson({ schemaVersion: 2, mediaType, manifests });
  return { manifest: { bytes, digest: digestOf(bytes), size: bytes.length, mediaType }, children: sorted };
}

/** The tag that keeps a child from garbage collection, which deletes untagged children of standing lists. */
export function childTag(listTag: string, { tag, platform }: ListChild): string {
  const derived = tag ?? [listTag, platform.architecture, platform.variant].filter((part) => part).join("-");
  if (!isTag(derived))
    throw new ImageError(`"${derived}" is no tag for the ${formatPlatform(platform)} image of a list`);
  return derived;
}

function sortKey({ platform, digest }: ListChild): string {
  return `${formatPlatform(platform)} ${digest}`;
}

function refuseUnusable(sorted: readonly ListChild[]): void {
  if (sorted.length === 0) throw new ImageError("a list needs at least one image");
  for (const [index, child] of sorted.entries()) {
    const platform = formatPlatform(child.platform);
    const before = sorted[index - 1];
    if (before && formatPlatform(before.platform) === platform) {
      throw new ImageError(`two images of the list are for ${platform}: ${before.digest} and ${child.digest}`);
    }
    if (!isImage(child.mediaType)) {
      throw new ImageError(`${child.digest} is ${child.mediaType}: a list holds images, of OCI or of Docker`);
    }
  }
}
