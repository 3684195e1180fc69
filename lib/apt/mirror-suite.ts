import { canonicalJson, type Digest, digestOf } from "../content/digest";
import type { Fetch } from "../content/fetch";
import type { DownloadClient } from "../http/download-client";
import { byHashPath } from "./by-hash";
import { unpack } from "./compression";
import { type Index, indexesOf } from "./indexes";
import { type ArchiveFile, nameOf, type SuiteRecord } from "./manifest";
import { packagesIn, sourcesIn } from "./packages";
import { writePool } from "./pool";
import type { Release } from "./release";
import { below, fetchHead, type SuiteSource, suiteUrl } from "./suite";

export const askedOf = ({ components, architectures, sources }: SuiteSource): Digest =>
  digestOf(canonicalJson({ components: [...components].sort(), architectures: [...architectures].sort(), sources }));

/**
 * What a suite holds now, by its head and the indexes that must be read; both verified, and in the store afterwards.
 * `known` is how it was before, the newest first.
 */
export async function resolveSuite(
  client: DownloadClient,
  fetch: Fetch,
  source: SuiteSource,
  known: readonly SuiteRecord[],
  now: Date,
  signal?: AbortSignal,
): Promise<SuiteRecord> {
  const same = known.find(({ asked }) => asked === askedOf(source));
  const before = same && { digest: same.head, date: same.date, validator: same.validator };
  const head = await fetchHead(client, source, before, now, signal);
  if (!head) return same as SuiteRecord;
  const { uri, suite } = source;
  const { release, validator } = head;
  const indexes = indexesOf(source, release, nameOf(source));
  const heads = await Promise.all([...head.files].map(([name, bytes]) => keepHead(fetch, source, name, bytes)));
  return {
    ...{ uri, suite, asked: askedOf(source), head: head.digest, date: release.date.toISOString() },
    ...(validator === undefined ? {} : { validator }),
    ...(release.acquireByHash ? { byHash: true } : {}),
    indexes: [...heads, ...indexes.map(({ path, digest, size }) => ({ path: below(source, path), digest, size }))],
    pool: await writePool(fetch.store, await poolOf(fetch, source, release, indexes)),
  };
}

async function keepHead(fetch: Fetch, source: SuiteSource, name: string, bytes: Buffer): Promise<ArchiveFile> {
  const { digest, size } = await fetch.store.put(bytes);
  return { path: below(source, name), digest, size };
}

async function poolOf(
  fetch: Fetch,
  source: SuiteSource,
  { acquireByHash }: Release,
  indexes: readonly Index[],
): Promise<ArchiveFile[]> {
  const named = indexes.filter(({ read }) => read);
  await Promise.all(
    named.map(({ path, digest, size }) => {
      const places = [...(acquireByHash ? [byHashPath({ path, digest })] : []), path];
      return fetch.get({ urls: places.map((each) => suiteUrl(source, each)), digest, size });
    }),
  );
  const files = new Map<string, ArchiveFile>();
  for (const { path, digest } of named) {
    const bytes = await unpack(await fetch.read(digest), path);
    const origin = `${nameOf(source)} ${path}`;
    const isSources = path.includes("/source/") || /^Sources/.test(path);
    for (const file of isSources ? sourcesIn(bytes, origin) : packagesIn(bytes, origin)) files.set(file.path, file);
  }
  return [...files.values()];
}
