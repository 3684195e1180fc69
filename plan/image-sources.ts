import { existsSync } from "node:fs";
import { type Digest, isDigest } from "../lib/content/digest";
import type { ContentStore } from "../lib/content/store";
import { buildImage } from "../lib/oci/build";
import type { Image } from "../lib/oci/image";
import { openImage } from "../lib/oci/layout";
import type { ListChild } from "../lib/oci/list";
import type { DebianSource, PlannedBase } from "./base-images";
import type { Offered, Sought } from "./upstream-images";

/** Where the images of one name come from; absent where they are made here. */
export type ImageSource =
  | { archives: Readonly<Record<string, string>> }
  | { registry: string; repository?: string | undefined; reference?: string | undefined }
  | { names: Readonly<Record<string, string>>; registry?: string | undefined }
  | DebianSource;

export interface SiteImage {
  repository: string;
  tag: string;
  architectures: readonly string[];
  from?: ImageSource | undefined;
  partial: "refuse" | "allow";
  adopt: boolean;
}

/** Where an image is pushed from: a path beside the program, or a repository of a registry; the site's own if unnamed. */
export type PlannedSource = string | { registry?: string; repository: string };

/** The image for one architecture and where its bytes are; or what it is made from; or why there is none. */
export type Supply =
  | { child: ListChild; source: PlannedSource; digests?: Digest[] }
  | { base: PlannedBase }
  | { hole: string };

/** What to ask registries for on behalf of an image; nothing where its bytes are at hand. */
export function soughtFor({ repository, tag, architectures, from }: SiteImage): Sought[] {
  if (!from || "archives" in from || "debian" in from) return [];
  if (!("names" in from)) {
    const { registry } = from;
    return [{ registry, repository: from.repository ?? repository, reference: from.reference ?? tag, architectures }];
  }
  const registry = from.registry === undefined ? {} : { registry: from.registry };
  return architectures.flatMap((architecture) => {
    const name = from.names[architecture];
    return name === undefined ? [] : [{ ...registry, repository: name, reference: tag, architectures: [architecture] }];
  });
}

/** The image for one architecture, from wherever the stack file says. `offered` answers `soughtFor` the same image. */
export async function supply(
  image: SiteImage,
  architecture: string,
  offered: Offered,
  bases: readonly PlannedBase[],
  store: ContentStore,
): Promise<Supply> {
  if (!image.from) return made(image, architecture, store);
  if ("debian" in image.from) return planned(image, architecture, bases);
  if ("archives" in image.from) return archived(image.from.archives[architecture], architecture);
  const sought = soughtFor(image);
  const index = sought.findIndex(({ architectures }) => architectures.includes(architecture));
  const asked = sought[index];
  if (!asked) return { hole: "from.names has no name for it" };
  const child = offered[index]?.[architecture];
  const { registry, repository, reference } = asked;
  if (child) return { child, source: { ...(registry === undefined ? {} : { registry }), repository } };
  const name = `${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
  return { hole: `${registry === undefined ? "the site's registry" : `registry ${registry}`} has none under ${name}` };
}

function planned({ tag }: SiteImage, architecture: string, bases: readonly PlannedBase[]): Supply {
  const base = bases.find((each) => each.architecture === architecture);
  return base ? { base: { ...base, tag: `${tag}-${architecture}` } } : { hole: "the plan has no recipe for it" };
}

async function archived(path: string | undefined, architecture: string): Promise<Supply> {
  if (path === undefined) return { hole: "from.archives names no file for it" };
  if (!existsSync(path)) return { hole: `there is no ${path}` };
  const image = await openImage(path, { platform: { os: "linux", architecture } });
  const is = image.platform.architecture;
  if (is !== architecture) return { hole: `${path} is for ${is}` };
  return { child: childOf(image), source: path };
}

/** An image that says what it is and for whom: enough to prove the way of an image through the site. */
async function made({ repository, tag }: SiteImage, architecture: string, store: ContentStore): Promise<Supply> {
  const content = `${JSON.stringify({ image: repository, tag, architecture })}\n`;
  const labels = { "org.opencontainers.image.title": repository, "org.opencontainers.image.version": tag };
  const file = { path: "image.json", content: Buffer.from(content), mode: "0644" };
  const image = buildImage([file], { os: "linux", architecture }, { Labels: labels });
  const { manifest, config, layers } = image;
  const blobs = [config, ...layers].map(async (blob) => (await store.put(blob.open(), blob.digest)).digest);
  const digests = await Promise.all([
    ...blobs,
    store.put(manifest.bytes, manifest.digest).then(({ digest }) => digest),
  ]);
  return { child: childOf(image), source: store.root, digests };
}

const childOf = ({ manifest: { digest, size, mediaType }, platform }: Image): ListChild => ({
  ...{ digest, size, mediaType },
  platform,
});
