import type { Digest } from "../content/digest";
import type { RegistryClient } from "./client";
import { copyImage } from "./copy";
import { type DescribedImage, describeImage, describeManifest } from "./describe";
import { formatPlatform, ImageError, type ManifestBytes } from "./image";
import { childTag, type ImageList, type ListChild } from "./list";
import { getManifest, headManifest, putManifest } from "./manifests";

export interface StandingList {
  /** What the list's tag stands for; undefined where there is nothing. */
  digest: Digest | undefined;
  /** The children's tags, in the order they were asked for, and what they stand for. */
  children: { tag: string; manifest: ManifestBytes | undefined }[];
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
  // A manifest costs a registry no more than a look at it, and a push needs what it says.
  const [list, ...found] = await Promise.all([
    headManifest(client, repository, tag, signal),
    ...tags.map((each) => getManifest(client, repository, each, signal)),
  ]);
  return { digest: list?.digest, children: tags.map((each, index) => ({ tag: each, manifest: found[index] })) };
}

export interface PushListOptions {
  signal?: AbortSignal;
  /** What was seen just before. */
  standing?: StandingList;
}

/**
 * Makes the tag stand for the list and tags each child beside it. Refuses, before the first write, a child that is
 * nowhere or whose configuration names another platform. Writes only what differs.
 */
export async function pushList(
  client: RegistryClient,
  repository: string,
  tag: string,
  list: ImageList,
  { signal, standing }: PushListOptions = {},
): Promise<{ changed: boolean }> {
  const seen = standing ?? (await observeList(client, repository, tag, list.children, signal));
  const standsAt = new Map(seen.children.map((each) => [each.tag, each.manifest]));
  const tagged = (child: ListChild) => {
    const manifest = standsAt.get(childTag(tag, child));
    return manifest?.digest === child.digest ? manifest : undefined;
  };
  const listStands = seen.digest === list.manifest.digest;
  const doubtful = listStands ? list.children.filter((child) => !tagged(child)) : list.children;
  if (listStands && doubtful.length === 0) return { changed: false };
  const proven = await Promise.all(doubtful.map((child) => prove(client, repository, child, tagged(child), signal)));
  // Tags before the list: a crash in between leaves no list whose children can be collected.
  await Promise.all(
    proven.map(async ({ child, found }) => {
      const at = { client, repository, tag: childTag(tag, child) };
      if (found?.from) await copyImage({ client, repository: found.from }, at, child, { ...(signal && { signal }) });
      else if (found) await putManifest(client, repository, at.tag, found.manifest, signal);
    }),
  );
  if (!listStands) await putManifest(client, repository, tag, list.manifest, signal);
  return { changed: true };
}

interface Proven {
  child: ListChild;
  /** What is still to be tagged, and the other repository it has to be brought from; undefined where its tag stands. */
  found?: { manifest: ManifestBytes; from?: string };
}

async function prove(
  client: RegistryClient,
  repository: string,
  child: ListChild,
  tagged: ManifestBytes | undefined,
  signal?: AbortSignal,
): Promise<Proven> {
  const { digest, from } = child;
  const here = tagged
    ? await describeManifest(client, repository, tagged, signal)
    : await describeImage(client, repository, digest, signal);
  const there = here || from === undefined ? undefined : await describeImage(client, from, digest, signal);
  const found = here ?? there;
  if (!found) {
    const wanted = `the ${formatPlatform(child.platform)} image ${digest}`;
    const where = [repository, from].filter(Boolean).join(", nor in ");
    throw new ImageError(`${wanted} is not in ${client.address}/${where}. Try: push it there before its list`);
  }
  assertAsToldOf(child, found, `${client.address}/${here ? repository : from}@${digest}`);
  if (tagged) return { child };
  return { child, found: { manifest: found.manifest, ...(there && from !== undefined && { from }) } };
}

function assertAsToldOf(child: ListChild, found: DescribedImage, source: string): void {
  const [told, wanted] = [formatPlatform(found.platform), formatPlatform(child.platform)];
  if (told !== wanted) {
    throw new ImageError(`${source} is for ${told}, not ${wanted}, as its own configuration says`);
  }
  const { size, mediaType } = found.manifest;
  if (size === child.size && mediaType === child.mediaType) return;
  throw new ImageError(`${source} has ${size} bytes of ${mediaType}, not ${child.size} of ${child.mediaType}`);
}
