import { canonicalJson, type Digest, digestOf } from "../content/digest";
import type { DownloadClient } from "../http/download-client";
import { unpack } from "./compression";
import type { Fetch } from "./fetch";
import { type Index, indexesOf } from "./indexes";
import { type ArchiveFile, nameOf, type SuiteRecord } from "./manifest";
import { packagesIn, sourcesIn } from "./packages";
import { below, fetchHead, type SuiteHead, type SuiteSource, suiteUrl } from "./suite";

export const askedOf = ({ components, architectures, sources }: SuiteSource): Digest =>
  digestOf(canonicalJson({ components: [...components].sort(), architectures: [...architectures].sort(), sources }));

/** What a suite holds now, without its pool's bytes: its head and indexes are fetched, verified and read. */
export async function resolveSuite(
  client: DownloadClient,
  fetch: Fetch,
  source: SuiteSource,
  standing: SuiteRecord | undefined,
  now: Date,
  signal?: AbortSignal,
): Promise<SuiteRecord> {
  const same = standing?.asked === askedOf(source) ? standing : undefined;
  const known = same && { digest: same.head, date: same.date, validator: same.validator };
  const head = await fetchHead(client, source, known, now, signal);
  if (!head) return same as SuiteRecord;
  const { uri, suite } = source;
  const indexes = indexesOf(source, head.release, nameOf(source));
  const heads = await Promise.all([...head.files].map(([name, bytes]) => keepHead(fetch, source, name, bytes)));
  const files = await fetchIndexes(fetch, source, head, indexes);
  return {
    ...{ uri, suite, asked: askedOf(source), head: head.digest, date: head.release.date.toISOString() },
    ...(head.validator === undefined ? {} : { validator: head.validator }),
    indexes: [...heads, ...files],
    pool: await poolOf(fetch, source, indexes),
  };
}

async function keepHead(fetch: Fetch, source: SuiteSource, name: string, bytes: Buffer): Promise<ArchiveFile> {
  const { digest, size } = await fetch.store.put(bytes);
  return { path: below(source, name), digest, size };
}

/** By their hashes where the archive has them so: then an update in between cannot mix two states. */
async function fetchIndexes(
  fetch: Fetch,
  source: SuiteSource,
  { release }: SuiteHead,
  indexes: readonly Index[],
): Promise<ArchiveFile[]> {
  return Promise.all(
    indexes.map(async ({ path, digest, size }) => {
      const hex = digest.slice("sha256:".length);
      const byHash = path.replace(/[^/]*$/, `by-hash/SHA256/${hex}`);
      const urls = [...(release.acquireByHash ? [byHash] : []), path].map((each) => suiteUrl(source, each));
      await fetch.get({ urls, digest, size });
      return { path: below(source, path), digest, size };
    }),
  );
}

async function poolOf(fetch: Fetch, source: SuiteSource, indexes: readonly Index[]): Promise<ArchiveFile[]> {
  const files = new Map<string, ArchiveFile>();
  for (const { path, digest, read } of indexes) {
    if (!read) continue;
    const bytes = await unpack(await fetch.read(digest), path);
    const origin = `${nameOf(source)} ${path}`;
    const named =
      path.includes("/source/") || /^Sources/.test(path) ? sourcesIn(bytes, origin) : packagesIn(bytes, origin);
    for (const file of named) files.set(file.path, file);
  }
  return [...files.values()];
}
