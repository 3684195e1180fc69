import type { Digest } from "../content/digest";
import { Fetch } from "../content/fetch";
import type { Keep } from "../content/keep";
import { earlierThan } from "../content/retention";
import { assertRoom, roomIn } from "../content/room";
import { ContentStore } from "../content/store";
import { workIn } from "../content/work";
import { DownloadClient } from "../http/download-client";
import { inParallel } from "../parallel";
import type { Report } from "../progress";
import { keepHeapSmall } from "../small-heap";
import { adoptTree } from "./adopt-tree";
import { type Contents, contentsNow, type Wish } from "./contents";
import { noteSigner } from "./key-users";
import { bytesOf, type Lacking, lackingOf, urlsOf } from "./lacking";
import { readManifest, type SuiteRecord, writeManifest } from "./manifest";
import { rateOf } from "./rate";
import { ArchiveError } from "./release";
import { resign, type Signer } from "./resign";
import { hold, letGo, noteSeen } from "./seen";
import { mirrorShelf, summaryOf } from "./summary";

export interface MirrorOrder extends Wish {
  /** Directory of the content store; several mirrors may share it. */
  store: string;
  ca?: string;
  /** The tree of another mirror, which is taken from before anything is fetched. */
  adoptTree?: string;
  /** Signs what was selected; the upstream's own signature is about more. */
  signWith?: Signer;
  keep?: Keep;
}

export interface MirrorResult {
  manifest: Digest;
  files: number;
  bytes: number;
  /** What this run moved. */
  fetched: { files: number; bytes: number };
}

const AT_ONCE = 32;

/**
 * Brings a mirror to what its archives hold now. Every byte is verified from the signature down; what fails is told by
 * suite, the other suites go on, and what was mirrored before stays as it was until all of them are whole.
 */
export async function mirror(order: MirrorOrder, report: Report, signal: AbortSignal): Promise<MirrorResult> {
  keepHeapSmall();
  const store = new ContentStore(order.store);
  return workIn(store, workOf(order.name), report, signal, () => bring(order, store, report, signal));
}

/** Whose work in its store it is. */
export const workOf = (name: string): string => `mirror-${name}`;

async function bring(
  order: MirrorOrder,
  store: ContentStore,
  report: Report,
  signal: AbortSignal,
): Promise<MirrorResult> {
  const before = await mirrorShelf.read(store, order.name);
  const standing = before ? await readManifest(store, before.manifest) : { suites: [] };
  const client = new DownloadClient({ connections: AT_ONCE, ...(order.ca === undefined ? {} : { ca: order.ca }) });
  try {
    const fetch = new Fetch(store, client, workOf(order.name), signal);
    await letGo(store, order.name);
    const { failures, ...found } = await contentsNow(order, standing.suites, client, fetch, signal);
    const suites = await signed(order, store, found, standing.suites);
    const fresh = suites.filter((each) => !standing.suites.includes(each));
    if (fresh.length > 0) await hold(store, order.name, fresh);
    const lacking = await stillToCome(order, store, await lackingOf(store, fresh), report, signal);
    assertRoom(bytesOf(lacking), await roomIn(order.store), order.store);
    const [begin, brought] = [performance.now(), fetch.bytes];
    failures.push(...(await fetchLacking(lacking, fetch, report, signal)));
    if (failures.length > 0) throw new ArchiveError(failures.join("\n"));
    const rate = rateOf(fetch.bytes - brought, performance.now() - begin, before?.rate);
    const manifest = { suites };
    const unchanged = before !== undefined && suites.length === standing.suites.length && fresh.length === 0;
    const digest = unchanged ? before.manifest : await writeManifest(store, manifest);
    const earlier = earlierThan(digest, before, order.keep);
    await mirrorShelf.settle(store, order.name, before, summaryOf(digest, earlier, manifest, order.signWith, rate));
    await letGo(store, order.name);
    // Of a filtered mirror they are what the next look begins with.
    if (order.packages === undefined) await noteSeen(store, order.name, []);
    return { manifest: digest, ...totals(suites), fetched: { files: lacking.length, bytes: fetch.bytes } };
  } finally {
    await client.close();
  }
}

function stillToCome(
  { adoptTree: tree, name }: MirrorOrder,
  store: ContentStore,
  lacking: Lacking[],
  report: Report,
  signal: AbortSignal,
): Promise<Lacking[]> | Lacking[] {
  return tree === undefined ? lacking : adoptTree(tree, store, workOf(name), lacking, report, signal);
}

/** Packages and their bytes. */
function totals(suites: readonly SuiteRecord[]): { files: number; bytes: number } {
  const sum = (of: "files" | "bytes") => suites.reduce((total, { pool }) => total + pool[of], 0);
  return { files: sum("files"), bytes: sum("bytes") };
}

/** The suites as they stand then: what was filtered is signed by the site. */
async function signed(
  { packages, signWith, ...user }: MirrorOrder,
  store: ContentStore,
  { suites, filtered }: Pick<Contents, "suites" | "filtered">,
  standing: readonly SuiteRecord[],
): Promise<SuiteRecord[]> {
  if (packages === undefined) return suites;
  if (!signWith) throw new ArchiveError(`mirror ${user.name} selects packages and has no key. Try: signWith`);
  await noteSigner(signWith.home, user);
  const kept = filtered.filter(({ record }) => suites.includes(record));
  return resign(store, kept, standing, signWith);
}

/** Brings what is lacking; what cannot be had is told by suite, and the rest comes. */
async function fetchLacking(
  lacking: readonly Lacking[],
  fetch: Fetch,
  report: Report,
  signal: AbortSignal,
): Promise<string[]> {
  const total = bytesOf(lacking);
  const failures = new Map<string, string[]>();
  let done = 0;
  await inParallel(lacking, AT_ONCE, async (file) => {
    try {
      await fetch.get({ ...file, urls: urlsOf(file) });
    } catch (error) {
      signal.throwIfAborted();
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw full(fetch.store.root, error);
      failures.set(file.suite, [...(failures.get(file.suite) ?? []), (error as Error).message]);
    }
    done += file.size;
    report({ done, total, unit: "bytes" });
  });
  await fetch.settle();
  return [...failures].map(([suite, all]) => told(suite, all));
}

/** Something else took the room since it was counted; each further file would fail for the same reason. */
function full(directory: string, cause: unknown): ArchiveError {
  const hint = "more room; what came stays, and the next run goes on with it";
  return new ArchiveError(`the disk of ${directory} is full. Try: ${hint}`, { cause });
}

function told(suite: string, failures: readonly string[]): string {
  const shown = failures.slice(0, 5).map((each) => `  - ${each}`);
  const more = failures.length > shown.length ? [`  - and ${failures.length - shown.length} more`] : [];
  return [`${suite}: ${failures.length} files could not be had; what is mirrored of it stays`, ...shown, ...more].join(
    "\n",
  );
}
