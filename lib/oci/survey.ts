import type { Descriptor, Digest } from "../content/digest";
import { inParallel } from "../parallel";
import { listRepositories, listTags } from "./catalog";
import type { RegistryClient } from "./client";
import { deleteManifest, getManifest, headManifest } from "./manifests";
import { isList } from "./media-types";
import { note, putNote } from "./note";
import { parseList } from "./parse";
import { retag, untag } from "./tag";

/** A manifest that is to stay although no tag of its own names it. */
export interface Kept {
  repository: string;
  digest: Digest;
}

/** What a collection of untagged manifests would meet in one repository. */
export interface Surveyed {
  repository: string;
  /** Lists that stand, and of what they and the caller need whatever stands. */
  needed: Digest[];
  /** Of these, what has no tag and would be collected. */
  unprotected: Digest[];
  /** Has no tag at all; where it never had one, the collector of distribution 2.8 fails over it. */
  bare: boolean;
  /** Tags an earlier collection gave for something that nothing needs any more. */
  idle: string[];
}

/** The tag that keeps a manifest from the collector. */
const keepingTag = (digest: Digest): string => `kept-${digest.slice("sha256:".length, 19)}`;

/**
 * Looks at every list of a registry. A registry's collector of untagged manifests takes the untagged children of
 * standing lists too, and the lists answer as before.
 */
export async function survey(
  client: RegistryClient,
  kept: readonly Kept[] = [],
  signal?: AbortSignal,
): Promise<Surveyed[]> {
  const repositories = await listRepositories(client, signal);
  return inParallel(repositories, REPOSITORIES, (repository) => {
    const ours = kept.filter((each) => each.repository === repository).map(({ digest }) => digest);
    return surveyRepository(client, repository, ours, signal);
  });
}

/** Repositories looked at at once; within one, its tags are. */
const REPOSITORIES = 8;

async function surveyRepository(
  client: RegistryClient,
  repository: string,
  kept: readonly Digest[],
  signal?: AbortSignal,
): Promise<Surveyed> {
  const tags = await listTags(client, repository, signal);
  const found = await inParallel(tags, client.connections, async (tag) => {
    const standing = await headManifest(client, repository, tag, signal);
    return standing ? [{ tag, ...standing, keeping: tag === keepingTag(standing.digest) }] : [];
  });
  const standing = found.flat();
  const roots = standing.filter(({ keeping }) => !keeping);
  const needed = new Set(await needs(client, repository, roots, signal));
  for (const digest of kept) {
    const manifest = await headManifest(client, repository, digest, signal);
    for (const each of manifest ? [digest, ...(await needs(client, repository, [manifest], signal))] : []) {
      needed.add(each);
    }
  }
  const tagged = new Set(standing.map(({ digest }) => digest));
  return {
    repository,
    bare: tags.length === 0,
    needed: [...needed],
    unprotected: [...needed].filter((digest) => !tagged.has(digest)),
    idle: standing.filter(({ keeping, digest }) => keeping && !needed.has(digest)).map(({ tag }) => tag),
  };
}

/** The lists among some manifests, and what of their content stands, to any depth. A child lost before is no child. */
async function needs(
  client: RegistryClient,
  repository: string,
  manifests: readonly Descriptor[],
  signal?: AbortSignal,
  known = new Set<Digest>(),
): Promise<Digest[]> {
  const lists = manifests.filter(({ mediaType, digest }) => isList(mediaType) && !known.has(digest));
  const all: Digest[] = [];
  for (const { digest } of lists) {
    known.add(digest);
    const manifest = await getManifest(client, repository, digest, signal);
    if (!manifest) continue;
    const children = parseList(manifest.bytes, `${client.address}/${repository}@${digest}`);
    const found = await Promise.all(children.map((child) => headManifest(client, repository, child.digest, signal)));
    const standing = found.filter((child) => child !== undefined);
    const within = await needs(client, repository, standing, signal, known);
    all.push(digest, ...standing.map((child) => child.digest), ...within);
  }
  return [...new Set(all)];
}

/** Tags what would be collected and must not be; takes away such tags that nothing needs any more. */
export async function protect(client: RegistryClient, found: readonly Surveyed[], signal?: AbortSignal): Promise<void> {
  await inParallel(found, REPOSITORIES, async ({ repository, bare, unprotected, idle }) => {
    if (bare) await haveHadTag(client, repository, signal);
    for (const tag of idle) await untag(client, { repository, tag }, signal);
    for (const digest of unprotected) await retag(client, { repository, tag: keepingTag(digest) }, digest, signal);
  });
}

async function haveHadTag(client: RegistryClient, repository: string, signal?: AbortSignal): Promise<void> {
  const manifest = note({ "io.openstack-site.collecting": repository });
  await putNote(client, repository, "collecting", manifest, signal);
  await deleteManifest(client, repository, manifest.digest, signal);
}

/** Fails, naming it, where a list or something of it no longer answers. */
export async function assertStanding(
  client: RegistryClient,
  found: readonly Surveyed[],
  signal?: AbortSignal,
): Promise<void> {
  const all = found.flatMap(({ repository, needed }) => needed.map((digest) => ({ repository, digest })));
  const lost = await inParallel(all, client.connections, async ({ repository, digest }) =>
    (await getManifest(client, repository, digest, signal)) ? [] : [`${repository}@${digest}`],
  );
  if (lost.flat().length === 0) return;
  const hint = "run pulumi up: it repairs what is ours; push the rest again";
  throw Object.assign(new Error(`no longer in ${client.address}: ${lost.flat().join(", ")}`), { hint });
}
