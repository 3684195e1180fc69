import { link, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContentStore } from "../content/store";
import { type GitOptions, git } from "./git";
import type { SourceFile } from "./manifest";

const PACK = /^objects\/pack\/pack-\w+\.(pack|idx)$/;

/** Makes a repository one that any web server hands out; returns those of its files that clients ask for. */
export async function exportRepository(repository: string, commit: string, options: GitOptions): Promise<string[]> {
  // Tags of other branches would keep their histories here.
  const strange = await git(repository, ["tag", "--no-merged", commit], options);
  if (strange) await git(repository, ["tag", "--delete", ...strange.split("\n")], options);
  await git(repository, ["repack", "-a", "-d", "--quiet"], options);
  await git(repository, ["update-server-info"], options);
  const packs = (await readdir(join(repository, "objects/pack"))).map((name) => `objects/pack/${name}`);
  return ["HEAD", "info/refs", "objects/info/packs", ...packs.filter((path) => PACK.test(path))];
}

/** Lets a repository begin with what the store has of it, so that only what is new is fetched. */
export async function seedRepository(
  repository: string,
  store: ContentStore,
  exported: readonly SourceFile[],
  options: GitOptions,
): Promise<void> {
  const refs = exported.find(({ path }) => path === "info/refs");
  const there = await Promise.all(exported.map(({ digest }) => store.size(digest)));
  if (refs === undefined || there.includes(undefined)) return;
  await git(repository, ["init", "--quiet", "--bare", "--template="], options);
  await mkdir(join(repository, "objects/pack"), { recursive: true });
  for (const { path, digest } of exported) if (PACK.test(path)) await link(store.path(digest), join(repository, path));
  for (const line of (await readFile(store.path(refs.digest), "utf8")).split("\n")) {
    const [object, ref] = line.split("\t");
    if (object && ref && !ref.endsWith("^{}")) await git(repository, ["update-ref", ref, object], options);
  }
}
