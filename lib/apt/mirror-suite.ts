import { canonicalJson, type Digest, digestOf } from "../content/digest";
import type { Fetch } from "../content/fetch";
import type { DownloadClient } from "../http/download-client";
import { byHashPath } from "./by-hash";
import { unpacked } from "./compression";
import { type Index, indexesOf } from "./indexes";
import { type ArchiveFile, nameOf, type SuiteRecord } from "./manifest";
import { packagesIn, sourcesIn, wholeStanzas } from "./packages";
import { writePool } from "./pool";
import type { Release } from "./release";
import { below, fetchHead, type SuiteSource, suiteUrl } from "./suite";

/** Whether the packages of a suite are listed, or only its indexes: a selection reads those itself. */
export type Depth = "packages" | "indexes";

export const askedOf = ({ components, architectures, sources }: SuiteSource, depth: Depth = "packages"): Digest => {
  const asked = { components: [...components].sort(), architectures: [...architectures].sort(), sources };
  return digestOf(canonicalJson(depth === "packages" ? asked : { ...asked, depth }));
};

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
  depth: Depth,
  signal?: AbortSignal,
): Promise<SuiteRecord> {
  const same = known.find(({ asked }) => asked === askedOf(source, depth));
  const before = same && { digest: same.head, date: same.date, validator: same.validator };
  const head = await fetchHead(client, source, before, now, signal);
  if (!head) return same as SuiteRecord;
  const { uri, suite } = source;
  const { release, validator } = head;
  const indexes = indexesOf(source, release, nameOf(source));
  await fetchIndexes(fetch, source, release, indexes);
  const heads = await Promise.all([...head.files].map(([name, bytes]) => keepHead(fetch, source, name, bytes)));
  return {
    ...{ uri, suite, asked: askedOf(source, depth), head: head.digest, date: release.date.toISOString() },
    ...(validator === undefined ? {} : { validator }),
    ...(release.acquireByHash ? { byHash: true } : {}),
    indexes: [...heads, ...indexes.map(({ path, digest, size }) => ({ path: below(source, path), digest, size }))],
    pool: await writePool(fetch.store, depth === "packages" ? await poolOf(fetch, source, release, indexes) : []),
  };
}

async function keepHead(fetch: Fetch, source: SuiteSource, name: string, bytes: Buffer): Promise<ArchiveFile> {
  const { digest, size } = await fetch.store.put(bytes);
  return { path: below(source, name), digest, size };
}

async function poolOf(
  fetch: Fetch,
  source: SuiteSource,
  release: Release,
  indexes: readonly Index[],
): Promise<ArchiveFile[]> {
  const files = new Map<string, ArchiveFile>();
  for await (const { path, chunks } of readIndexes(fetch, source, release, indexes)) {
    const origin = `${nameOf(source)} ${path}`;
    const filesIn = path.includes("/source/") || /^Sources/.test(path) ? sourcesIn : packagesIn;
    for await (const part of wholeStanzas(chunks)) {
      for (const file of filesIn(part, origin)) files.set(file.path, file);
    }
  }
  return [...files.values()];
}

/** The indexes that name packages, one after the other, each as it is unpacked. */
export async function* readIndexes(
  fetch: Fetch,
  source: SuiteSource,
  release: Release,
  indexes: readonly Index[],
): AsyncGenerator<{ path: string; chunks: AsyncIterable<Buffer> }> {
  await fetchIndexes(fetch, source, release, indexes);
  await fetch.settle();
  for (const { path, digest, read } of indexes) {
    if (read) yield { path, chunks: unpacked(fetch.store.path(digest), path) };
  }
}

/** Those that are read. */
async function fetchIndexes(
  fetch: Fetch,
  source: SuiteSource,
  { acquireByHash }: Release,
  indexes: readonly Index[],
): Promise<void> {
  const named = indexes.filter(({ read }) => read);
  await Promise.all(
    named.map(({ path, digest, size }) => {
      const places = [...(acquireByHash ? [byHashPath({ path, digest })] : []), path];
      return fetch.get({ urls: places.map((each) => suiteUrl(source, each)), digest, size });
    }),
  );
}
