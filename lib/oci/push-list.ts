import type { Digest } from "../content/digest";
import { readBlob } from "./blobs";
import type { RegistryClient } from "./client";
import { formatPlatform, ImageError, type ImageManifest, type ManifestBytes, type Platform, platformOf } from "./image";
import { childTag, type ImageList, type ListChild } from "./list";
import { getManifest, headManifest, putManifest } from "./manifests";
import { isList } from "./media-types";

export interface StandingList {
  /** What the list's tag stands for; undefined where there is nothing. */
  digest: Digest | undefined;
  /** The children's tags, in the order of the list, and what they stand for. */
  children: { tag: string; digest: Digest | undefined }[];
}

/** Looks at a list and at every child of it; a list whose child is lost still answers, so looking at it alone lies. */
export async function observeList(
  client: RegistryClient,
  repository: string,
  tag: string,
  children: readonly ListChild[],
  signal?: AbortSignal,
): Promise<StandingList> {
  const tags = children.map((child) => childTag(tag, child));
  const found = await Promise.all([tag, ...tags].map((each) => headManifest(client, repository, each, signal)));
  const [list, ...rest] = found.map((descriptor) => descriptor?.digest);
  return { digest: list, children: tags.map((each, index) => ({ tag: each, digest: rest[index] })) };
}

/**
 * Makes the tag stand for the list and tags each child beside it. Refuses, before the first write, a child that is not
 * in the repository or whose configuration names another platform. Writes only what differs.
 */
export async function pushList(
  client: RegistryClient,
  repository: string,
  tag: string,
  list: ImageList,
  { signal, standing }: { signal?: AbortSignal; standing?: StandingList } = {},
): Promise<{ changed: boolean }> {
  const seen = standing ?? (await observeList(client, repository, tag, list.children, signal));
  const listStands = seen.digest === list.manifest.digest;
  const astray = list.children.filter((child, index) => seen.children[index]?.digest !== child.digest);
  if (listStands && astray.length === 0) return { changed: false };
  const doubtful = listStands ? astray : list.children;
  const checked = await Promise.all(
    doubtful.map(async (child) => ({ child, manifest: await provenChild(client, repository, child, signal) })),
  );
  const untagged = checked.filter(({ child }) => astray.includes(child));
  // Tags before the list: a crash in between leaves no list whose children can be collected.
  await Promise.all(
    untagged.map(({ child, manifest }) => putManifest(client, repository, childTag(tag, child), manifest, signal)),
  );
  if (!listStands) await putManifest(client, repository, tag, list.manifest, signal);
  return { changed: true };
}

async function provenChild(
  client: RegistryClient,
  repository: string,
  child: ListChild,
  signal?: AbortSignal,
): Promise<ManifestBytes> {
  const { digest, platform } = child;
  const found = await describeImage(client, repository, digest, signal);
  if (!found) {
    const wanted = `the ${formatPlatform(platform)} image ${digest}`;
    throw new ImageError(`${wanted} is not in ${client.address}/${repository}. Try: push it there before its list`);
  }
  if (formatPlatform(found.platform) !== formatPlatform(platform)) {
    const told = `${formatPlatform(found.platform)}, not ${formatPlatform(platform)}`;
    throw new ImageError(`${client.address}/${repository}@${digest} is for ${told}, as its own configuration says`);
  }
  const { size, mediaType } = found.manifest;
  if (size !== child.size || mediaType !== child.mediaType) {
    const told = `${size} bytes of ${mediaType}, not ${child.size} of ${child.mediaType}`;
    throw new ImageError(`${client.address}/${repository}@${digest} has ${told}`);
  }
  return found.manifest;
}

/** An image in a registry with the platform its configuration names; undefined where it is proven absent. */
export async function describeImage(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<{ manifest: ManifestBytes; platform: Platform; config: Digest } | undefined> {
  const manifest = await getManifest(client, repository, reference, signal);
  if (!manifest) return undefined;
  const source = `${client.address}/${repository}@${manifest.digest}`;
  if (isList(manifest.mediaType)) throw new ImageError(`${source} is a list, not an image for one platform`);
  const { config } = JSON.parse(manifest.bytes.toString()) as ImageManifest;
  const platform = platformOf(await readBlob(client, repository, config, signal), source);
  return { manifest, platform, config: config.digest };
}
