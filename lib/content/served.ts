import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { effect } from "../effect";
import type { Digest } from "./digest";
import { fingerprintOf } from "./fingerprint";
import { digestForm } from "./form";
import { pin, unpin } from "./pins";
import type { Plane } from "./plane";
import { readForm, removeRecord, replace, writeRecord } from "./record";
import { relink } from "./relink";
import { repair } from "./repair";
import type { ContentStore } from "./store";

/** Generations whose files stay for clients in the middle of something, beside the one that is served. */
const KEPT = 2;

interface Generation {
  manifest: Digest;
  /** Below `trees`. */
  tree: string;
}

/** What is served under a name, newest first. */
interface Served {
  /** What else the plane was told of the tree's form. */
  layout: unknown;
  generations: Generation[];
}

const SERVED = z.object({ generations: z.array(z.object({ manifest: digestForm, tree: z.string() })) });

const place = (store: ContentStore, name: string) => ({
  link: join(store.root, "served", name),
  record: join(store.root, "served", `.${name}.json`),
  trees: join(store.root, "trees", name),
  /** How the files of a tree looked when they were linked. */
  files: (tree: string) => join(store.root, "trees", name, `${tree}.files`),
});

/** Serves a manifest under a name, in one switch: whoever reads sees the state before or the one after. */
export async function serve<Layout>(
  plane: Plane<Layout>,
  store: ContentStore,
  name: string,
  manifest: Digest,
  layout: Layout,
): Promise<void> {
  const before = await recordOf(store, name);
  const earlier = (before?.generations ?? []).filter((each) => each.manifest !== manifest).slice(0, KEPT);
  const all = [manifest, ...earlier.map((each) => each.manifest)] as const;
  await pin(store, `served/${name}`, all);
  const paths = await plane.tree(store, all, layout);
  const tree = `${manifest.slice(7, 19)}-${randomUUID().slice(0, 8)}`;
  const { link, record, trees, files } = place(store, name);
  const root = join(trees, tree);
  await effect(`link ${name}`, async () => {
    const from = await retired(link, trees, before);
    if (from === undefined) await mkdir(root, { recursive: true });
    else await rename(join(trees, from), root);
    await writeFile(files(tree), (await relink(store, root, paths)).join("\n"));
    await promisify(execFile)("sync", ["--file-system", root]);
  });
  const served: Served = { layout, generations: [{ manifest, tree }, ...earlier] };
  await writeRecord(record, served, `note ${name}`);
  await replace(link, (aside) => symlink(join("..", "trees", name, tree), aside), `serve ${name}`);
  // The one before stays until the next switch: a request that is being answered may still look into it.
  await tidy(trees, [tree, ...(earlier[0] ? [earlier[0].tree] : [])]);
}

/** The tree before the one that is served: it would go with the next switch, and is most of what comes. */
async function retired(link: string, trees: string, before: Served | undefined): Promise<string | undefined> {
  const tree = before?.generations[1]?.tree;
  // Not where somebody has put it back by hand.
  const serves = await readlink(link).then(basename, () => undefined);
  return tree !== undefined && tree !== serves && existsSync(join(trees, tree)) ? tree : undefined;
}

/** Manifests of what is served under a name and of what was before, as far as that stays for clients. */
export async function generationsOf(store: ContentStore, name: string): Promise<Digest[]> {
  return (await recordOf(store, name))?.generations.map((each) => each.manifest) ?? [];
}

/** What is served under a name now, and which of its files were touched by hand; undefined where nothing is. */
export async function observeServed(
  store: ContentStore,
  name: string,
): Promise<{ manifest: Digest; layout: unknown; touched: string[] } | undefined> {
  const { link, trees, files } = place(store, name);
  const record = await recordOf(store, name);
  const tree = await readlink(link).then(basename, () => undefined);
  const current = record?.generations.find((each) => each.tree === tree);
  if (!record || !current) return undefined;
  const expected = await readFile(files(current.tree), "utf8").then(
    (text) => text.split("\n"),
    () => [],
  );
  const found = await fingerprintOf(join(trees, current.tree));
  const touched = changedPaths(expected, found);
  return { manifest: current.manifest, layout: record.layout, touched };
}

function changedPaths(expected: readonly string[], found: readonly string[]): string[] {
  const [before, now] = [new Set(expected), new Set(found)];
  const changed = [...expected.filter((line) => !now.has(line)), ...found.filter((line) => !before.has(line))];
  return [...new Set(changed.map((line) => line.split("\0")[0] as string))];
}

/** Every name under which something is served, and what. */
export async function servedStates(
  store: ContentStore,
): Promise<{ name: string; manifest: Digest; layout: unknown }[]> {
  await mkdir(join(store.root, "served"), { recursive: true });
  const records = (await readdir(join(store.root, "served"))).filter((file) => /^\..*\.json$/.test(file));
  const states = await Promise.all(
    records.map(async (file) => {
      const name = file.slice(1, -".json".length);
      const record = await recordOf(store, name);
      return record?.generations.slice(0, 1).map(({ manifest }) => ({ name, manifest, layout: record.layout }));
    }),
  );
  return states.flatMap((each) => each ?? []);
}

/** Verifies the files behind what was touched by hand, and fetches anew those that are bad. Returns their paths. */
export async function mend<Layout>(
  plane: Plane<Layout>,
  store: ContentStore,
  name: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const standing = await observeServed(store, name);
  if (!standing || standing.touched.length === 0) return [];
  const record = await recordOf(store, name);
  const [current, ...earlier] = (record?.generations ?? []).map((each) => each.manifest);
  if (!current) return [];
  const tree = await plane.tree(store, [current, ...earlier], standing.layout as Layout);
  const suspects = new Set(standing.touched.map((path) => tree.get(path)));
  const files = await Promise.all([current, ...earlier].map((each) => plane.files(store, each)));
  const found = files.flat().filter(({ digest }) => suspects.delete(digest));
  return repair(store, found, ca, signal);
}

/** Takes what is served under a name away; the store keeps its files until it is collected. */
export async function unserve(store: ContentStore, name: string): Promise<void> {
  const { link, record, trees } = place(store, name);
  await effect(`unserve ${name}`, async () => {
    for (const each of [link, record]) await removeRecord(each);
    await rm(trees, { recursive: true, force: true });
  });
  await unpin(store, `served/${name}`);
}

const recordOf = (store: ContentStore, name: string): Promise<Served | undefined> =>
  readForm(place(store, name).record, SERVED);

/** Trees a killed run left, and those of earlier switches: whoever has a file of them open keeps it. */
async function tidy(trees: string, keep: readonly string[]): Promise<void> {
  const idle = (await readdir(trees)).filter((each) => !keep.includes(each.replace(/\.files$/, "")));
  for (const each of idle)
    await effect(`remove tree ${each}`, () => rm(join(trees, each), { recursive: true, force: true }));
}
