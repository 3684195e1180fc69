import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../content/digest";
import { ContentStore } from "../content/store";
import { workDirectory } from "../content/work";
import { effect } from "../effect";
import type { Report } from "../progress";
import { assertWhole, type CommitSource, fetchCommit } from "./commit";
import { fetchFiles, ownerOf } from "./files";
import { bringIn } from "./made";
import type { SourceFile } from "./manifest";
import { exportRepository, seedRepository } from "./repository";
import { type PythonPackage, packTree } from "./tarball";

export interface GitOrigin extends CommitSource {
  python?: PythonPackage | undefined;
}

export interface ArchiveOrigin {
  archive: string;
  digest: Digest;
}

export type TreeOrigin = GitOrigin | ArchiveOrigin;

export interface TreeOrder {
  store: string;
  name: string;
  origin: TreeOrigin;
  ca?: string;
}

/** The archive of a tree. Its name tells the state: pip takes one address for one content. */
export function tarballOf(name: string, origin: TreeOrigin): string {
  const state = "commit" in origin ? origin.commit : origin.digest.slice("sha256:".length);
  return `${name}-${state.slice(0, 12)}.tar.gz`;
}

export function tarballIn(files: readonly SourceFile[]): SourceFile {
  const found = files.find(({ path }) => path.endsWith(".tar.gz"));
  if (!found) throw new Error("a source tree without an archive");
  return found;
}

/** Brings a source tree into a store: as an archive and, with its history, as a repository. */
export async function makeTree(
  order: TreeOrder,
  standing: readonly SourceFile[],
  report: Report,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const { store, name, origin, ca } = order;
  if ("git" in origin) {
    report({ step: `git fetch ${origin.git}` });
    return fromGit(order, origin, standing, signal);
  }
  const file = { url: origin.archive, digest: origin.digest, path: tarballOf(name, origin) };
  return fetchFiles({ store, name, files: [file], ...(ca === undefined ? {} : { ca }) }, report, signal);
}

async function fromGit(
  { store: root, name, ca }: TreeOrder,
  origin: GitOrigin,
  standing: readonly SourceFile[],
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const store = new ContentStore(root);
  const work = join(workDirectory(store, ownerOf(name)), "git");
  const tarball = tarballOf(name, origin);
  const [repository, into] = [join(work, "repository"), join(work, tarball)];
  // A killed fetch leaves nothing that git goes on with.
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const options = { signal, ...(ca === undefined ? {} : { ca: await written(join(work, "ca.pem"), ca) }) };
  await effect(`fetch ${name}`, async () => {
    if (origin.history) await seedRepository(repository, store, exportedIn(standing, name), options);
    await fetchCommit(repository, origin, options);
    await assertWhole(repository, origin.commit, options);
    const prefix = tarball.replace(/\.tar\.gz$/, "");
    await packTree(repository, origin.commit, { prefix, python: origin.python, into }, options);
  });
  const exported = origin.history ? await exportRepository(repository, origin.commit, options) : [];
  return bringIn(store, name, [
    { path: tarball, content: { file: into } },
    ...exported.map((path) => ({ path: `${name}.git/${path}`, content: { file: join(repository, path) } })),
  ]);
}

/** Files of the repository, by their paths in it. */
function exportedIn(standing: readonly SourceFile[], name: string): SourceFile[] {
  const root = `${name}.git/`;
  return standing.flatMap((file) =>
    file.path.startsWith(root) ? { ...file, path: file.path.slice(root.length) } : [],
  );
}

async function written(file: string, text: string): Promise<string> {
  await writeFile(file, text);
  return file;
}
