import { readFile } from "node:fs/promises";
import type { Digest } from "../content/digest";
import type { ContentStore } from "../content/store";
import type { ArchiveFile, MirrorManifest, SuiteRecord } from "./manifest";

/**
 * The packages of a suite. Their list is content of its own: a suite that did not change is not read for, and stands once
 * in the store, in however many states.
 */
export interface Pool {
  manifest: Digest;
  files: number;
  bytes: number;
}

export async function writePool(store: ContentStore, files: readonly ArchiveFile[]): Promise<Pool> {
  const { digest } = await store.put(listOf(files));
  return { manifest: digest, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

const AT_ONCE = 1000;

/** As JSON, by hand and in parts: of 60,000 files the general way takes half a second and tens of megabytes. */
async function* listOf(files: readonly ArchiveFile[]): AsyncGenerator<Buffer> {
  yield Buffer.from('{"files":[');
  for (let begin = 0; begin < files.length; begin += AT_ONCE) {
    const lines = files
      .slice(begin, begin + AT_ONCE)
      .map(({ digest, path, size }) => `{"digest":"${digest}","path":${JSON.stringify(path)},"size":${size}}`);
    yield Buffer.from(`${begin > 0 ? ",\n" : ""}${lines.join(",\n")}`);
  }
  yield Buffer.from("]}");
}

export async function readPool(store: ContentStore, { manifest }: Pool): Promise<ArchiveFile[]> {
  return (JSON.parse(await readFile(store.path(manifest), "utf8")) as { files: ArchiveFile[] }).files;
}

/** A suite with the files it names. */
export interface SuiteFiles extends Pick<SuiteRecord, "uri" | "indexes"> {
  pool: readonly ArchiveFile[];
}

/** The suites of these states with their files; a list they share is read once. */
export function readFiles(store: ContentStore, manifests: readonly MirrorManifest[]): Promise<SuiteFiles[][]> {
  const lists = new Map<Digest, Promise<ArchiveFile[]>>();
  const read = (pool: Pool) => {
    const list = lists.get(pool.manifest) ?? readPool(store, pool);
    lists.set(pool.manifest, list);
    return list;
  };
  return Promise.all(
    manifests.map(({ suites }) =>
      Promise.all(suites.map(async ({ uri, indexes, pool }) => ({ uri, indexes, pool: await read(pool) }))),
    ),
  );
}
