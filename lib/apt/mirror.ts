import { statfs } from "node:fs/promises";
import type { Digest } from "../content/digest";
import { ContentStore } from "../content/store";
import { DownloadClient } from "../http/download-client";
import { inParallel } from "../parallel";
import { formatBytes, type Report } from "../progress";
import { directoryUrl } from "./archive-url";
import { Fetch } from "./fetch";
import {
  digestsIn,
  type MirrorManifest,
  nameOf,
  readManifest,
  type SuiteRecord,
  totals,
  writeManifest,
} from "./manifest";
import { resolveSuite } from "./mirror-suite";
import { ArchiveError } from "./release";
import { settle } from "./settle";
import type { SuiteSource } from "./suite";
import { readSummary, summaryOf } from "./summary";

export interface MirrorOrder {
  /** Directory of the content store; several mirrors may share it. */
  store: string;
  name: string;
  suites: readonly SuiteSource[];
  /** Digests of the heads the plan saw, by `<uri> <suite>`; another one is refused. */
  planned?: Readonly<Record<string, Digest>>;
  ca?: string;
  /** How many states before the present one stay, to be served again. */
  keep?: number;
}

export interface MirrorResult {
  manifest: Digest;
  files: number;
  bytes: number;
  /** What this run moved. */
  fetched: { files: number; bytes: number };
}

const KEPT = 3;
const AT_ONCE = 32;
/** Part of the disk that stays free: a full one stops more than the mirror. */
const RESERVE = 0.02;

/**
 * Brings a mirror to what its archives hold now. Every byte is verified from the signature down; what fails is told by
 * suite, the other suites go on, and what was mirrored before stays as it was until all of them are whole.
 */
export async function mirror(order: MirrorOrder, report: Report, signal: AbortSignal): Promise<MirrorResult> {
  const store = new ContentStore(order.store);
  const before = await readSummary(order.store, order.name);
  const standing = before ? await readManifest(store, before.manifest) : { suites: [] };
  const client = new DownloadClient({ connections: AT_ONCE, ...(order.ca === undefined ? {} : { ca: order.ca }) });
  try {
    const fetch = new Fetch(store, client, order.name, digestsIn(standing), signal);
    const { suites, failures } = await resolveAll(order, standing, client, fetch, signal);
    const pools = await fetchPools(order, standing, suites, fetch, report, signal);
    failures.push(...pools.failures);
    if (failures.length > 0) throw new ArchiveError(failures.join("\n"));
    const manifest = { suites };
    const unchanged =
      before !== undefined &&
      suites.length === standing.suites.length &&
      suites.every((each) => standing.suites.includes(each));
    const digest = unchanged ? before.manifest : await writeManifest(store, manifest);
    const history = before ? [before.manifest, ...before.earlier] : [];
    const earlier = history.filter((each) => each !== digest).slice(0, order.keep ?? KEPT);
    await settle(store, order.name, before, summaryOf(digest, earlier, manifest));
    return { manifest: digest, ...totals(manifest), fetched: { files: pools.files, bytes: fetch.bytes } };
  } finally {
    await client.close();
  }
}

async function resolveAll(
  order: MirrorOrder,
  standing: MirrorManifest,
  client: DownloadClient,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<{ suites: SuiteRecord[]; failures: string[] }> {
  const now = new Date();
  const failures: string[] = [];
  const found = await inParallel(order.suites, AT_ONCE, async (source) => {
    try {
      const known = standing.suites.find((each) => nameOf(each) === nameOf(source));
      const record = await resolveSuite(client, fetch, source, known, now, signal);
      const planned = order.planned?.[nameOf(source)];
      if (planned === undefined || planned === record.head) return record;
      throw new ArchiveError(`${nameOf(source)} changed since it was planned. Try: pulumi up again`);
    } catch (error) {
      signal.throwIfAborted();
      failures.push((error as Error).message);
      return undefined;
    }
  });
  return { suites: found.filter((each) => each !== undefined), failures };
}

async function fetchPools(
  order: MirrorOrder,
  standing: MirrorManifest,
  suites: readonly SuiteRecord[],
  fetch: Fetch,
  report: Report,
  signal: AbortSignal,
): Promise<{ files: number; failures: string[] }> {
  const wanted = new Map<Digest, { urls: URL[]; digest: Digest; size: number; suite: string }>();
  for (const record of suites.filter((each) => !standing.suites.includes(each))) {
    for (const { path, digest, size } of record.pool) {
      const url = directoryUrl(record.uri, path);
      const same = wanted.get(digest);
      if (same) same.urls.push(url);
      else if (!(await fetch.has(digest))) wanted.set(digest, { urls: [url], digest, size, suite: nameOf(record) });
    }
  }
  const files = [...wanted.values()].sort((a, b) => b.size - a.size);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  await assertRoom(order.store, total);
  const failures = new Map<string, string[]>();
  let done = 0;
  await inParallel(files, AT_ONCE, async (file) => {
    try {
      await fetch.get(file);
    } catch (error) {
      signal.throwIfAborted();
      failures.set(file.suite, [...(failures.get(file.suite) ?? []), (error as Error).message]);
    }
    done += file.size;
    report({ done, total, unit: "bytes" });
  });
  await fetch.settle();
  return { files: files.length, failures: [...failures].map(([suite, all]) => told(suite, all)) };
}

function told(suite: string, failures: readonly string[]): string {
  const shown = failures.slice(0, 5).map((each) => `  - ${each}`);
  const more = failures.length > shown.length ? [`  - and ${failures.length - shown.length} more`] : [];
  return [`${suite}: ${failures.length} files could not be had; what is mirrored of it stays`, ...shown, ...more].join(
    "\n",
  );
}

async function assertRoom(directory: string, bytes: number): Promise<void> {
  if (bytes === 0) return;
  const { bavail, blocks, bsize } = await statfs(directory);
  const free = bavail * bsize - blocks * bsize * RESERVE;
  if (bytes <= free) return;
  throw new ArchiveError(
    `${formatBytes(bytes)} are to come and ${formatBytes(Math.max(free, 0))} are free in ${directory}. Try: more room, or fewer suites`,
  );
}
