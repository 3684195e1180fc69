import type { Digest } from "../content/digest";
import type { Fetch } from "../content/fetch";
import { assertRoom, roomIn } from "../content/room";
import { inParallel } from "../parallel";
import type { Report } from "../progress";
import type { IndexOrder } from "./build";
import { makeProject, type Workshop } from "./make-project";
import { type IndexManifest, readManifest, readProject, writeJson } from "./manifest";
import { IndexError } from "./name";
import { rootHtml, rootJson } from "./pages";
import type { IndexStanding } from "./shelf";
import { byProject, digestOfWanted, isUpstreams, type WantedFile } from "./wanted";

const AT_ONCE = 32;

export interface Means {
  fetch: Fetch;
  report: Report;
  signal: AbortSignal;
}

/** Makes anew what changed of it, project by project, and returns the digest of the manifest. */
export async function assemble(
  shop: Workshop,
  before: IndexStanding | undefined,
  wanted: readonly WantedFile[],
  { upstream, store }: Pick<IndexOrder, "upstream" | "store">,
  means: Means,
): Promise<Digest> {
  const standing = before && (await readManifest(shop.store, before.manifest));
  const ordered = digestOfWanted(wanted, upstream);
  if (before && standing?.wanted === ordered) return before.manifest;
  const known = new Map(standing?.projects.map((project) => [project.name, project]));
  const projects: IndexManifest["projects"] = [];
  const changed: { name: string; made: Digest; files: WantedFile[] }[] = [];
  for (const [name, files] of byProject(wanted)) {
    const made = digestOfWanted(files, upstream);
    const same = known.get(name);
    if (same?.made === made) projects.push(same);
    else changed.push({ name, made, files });
  }
  await bring(
    changed.flatMap(({ files }) => files),
    store,
    means,
  );
  await each(changed, async ({ name, made, files }) => {
    const stood = known.get(name);
    const record = stood ? await readProject(shop.store, stood.manifest) : undefined;
    const tracks = files.some(({ from }) => isUpstreams(from))
      ? new URL(`${name}/`, upstream.replace(/\/*$/, "/")).href
      : undefined;
    const project = await makeProject(shop, name, files, record, tracks);
    projects.push({ name, made, manifest: await writeJson(shop.intake, project) });
  });
  projects.sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = projects.map(({ name }) => name);
  const pages = { html: await shop.intake.put(rootHtml(names)), json: await shop.intake.put(rootJson(names)) };
  const manifest = await writeJson(shop.intake, { projects, pages, wanted: ordered });
  await shop.intake.settle();
  return manifest;
}

/** Fetches what the store lacks; all that cannot be had is told at once. */
async function bring(files: readonly WantedFile[], directory: string, { fetch, report, signal }: Means): Promise<void> {
  const lacking: WantedFile[] = [];
  for (const file of files) if (!(await fetch.has(file.digest))) lacking.push(file);
  const total = lacking.reduce((sum, { size }) => sum + size, 0);
  assertRoom(total, await roomIn(directory), directory);
  let done = 0;
  await each(
    lacking.sort((a, b) => b.size - a.size),
    async ({ from, digest, size }) => {
      await fetch.get({ urls: isUpstreams(from) ? [new URL(from)] : [], digest, size });
      done += size;
      report({ done, total, unit: "bytes" });
    },
    signal,
  );
  await fetch.settle();
}

/** Runs over all, and tells every failure. */
async function each<T>(items: readonly T[], run: (item: T) => Promise<void>, signal?: AbortSignal): Promise<void> {
  const failures: string[] = [];
  await inParallel(items, AT_ONCE, async (item) => {
    await run(item).catch((error: unknown) => {
      signal?.throwIfAborted();
      failures.push((error as Error).message);
    });
  });
  if (failures.length > 0) throw new IndexError(failures.join("\n"));
}
