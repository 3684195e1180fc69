import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import type { Fetch } from "../content/fetch";
import { indexesOf } from "./indexes";
import { nameOf, type SuiteRecord } from "./manifest";
import { readIndexes } from "./mirror-suite";
import { type SelectedPackage, selectPackages } from "./packages";
import { parseRelease } from "./release";
import { dated, releaseText } from "./release-text";
import { closure, type Selection } from "./solver";
import { below, headText, type SuiteSource } from "./suite";

/** What of a suite was selected: the packages of each index, by the index's path below the suite, unpacked. */
export interface SelectedSuite {
  source: SuiteSource;
  record: SuiteRecord;
  /** The upstream's own Release. */
  release: string;
  indexes: Map<string, SelectedPackage[]>;
}

interface Unpacked {
  source: SuiteSource;
  record: SuiteRecord;
  release: string;
  /** Below the working directory. */
  archive: string;
  /** Below the suite, without the endings of packed forms. */
  paths: string[];
}

/** Packages of these suites, with all they depend on: solved over all of them together, for each architecture. */
export async function select(
  fetch: Fetch,
  sources: readonly SuiteSource[],
  records: readonly SuiteRecord[],
  selection: Selection,
  signal: AbortSignal,
): Promise<SelectedSuite[]> {
  const root = join(fetch.directory, "select");
  // What a killed run left.
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  try {
    const uris = [...new Set(sources.map(({ uri }) => uri))];
    const suites: Unpacked[] = [];
    for (const source of sources) {
      const record = records.find((each) => nameOf(each) === nameOf(source)) as SuiteRecord;
      suites.push(await unpackSuite(fetch, source, record, root, `${uris.indexOf(source.uri)}`));
    }
    const wanted = new Map<string, Set<string>>();
    for (const architecture of new Set(sources.flatMap(({ architectures }) => architectures))) {
      const having = suites.filter(({ source }) => source.architectures.includes(architecture));
      const lines = having.map((each) => sourceLine(root, each));
      wanted.set(architecture, await closure(root, lines, selection, architecture, signal));
    }
    return await Promise.all(suites.map((suite) => selected(root, suite, wanted)));
  } finally {
    await rm(root, { recursive: true });
  }
}

/** A suite as a plain archive on disk, for apt: its indexes unpacked, and a Release over just those. */
async function unpackSuite(
  fetch: Fetch,
  source: SuiteSource,
  record: SuiteRecord,
  root: string,
  archive: string,
): Promise<Unpacked> {
  const release = headText(await fetch.read(record.head));
  const parsed = parseRelease(release, nameOf(source));
  const indexes = indexesOf({ ...source, sources: false }, parsed, nameOf(source));
  const files = new Map<string, Buffer>();
  for await (const { path, chunks } of readIndexes(fetch, source, parsed, indexes)) {
    files.set(path.replace(/Packages\..*$/, "Packages"), await buffer(chunks));
  }
  const write = async (path: string, bytes: Buffer | string) => {
    const target = join(root, archive, below(source, path));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  };
  for (const [path, bytes] of files) await write(path, bytes);
  await write("Release", dated(releaseText(release, files, source), parsed.date));
  return { source, record, release, archive, paths: [...files.keys()] };
}

function sourceLine(root: string, { source: { suite, components }, archive }: Unpacked): string {
  const { pathname } = pathToFileURL(join(root, archive));
  return `deb [trusted=yes] file:${pathname} ${suite} ${components.join(" ")}`;
}

async function selected(
  root: string,
  { source, record, release, archive, paths }: Unpacked,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<SelectedSuite> {
  const read = (path: string) => readFile(join(root, archive, below(source, path)));
  const inArchive = (files: Iterable<string>) =>
    new Set([...files].map((file) => posix.relative(archive, file)).filter((file) => !file.startsWith("..")));
  const indexes = new Map<string, SelectedPackage[]>();
  const pick = async (target: string, files: Iterable<string>, from: readonly string[]) => {
    const chosen = inArchive(files);
    const picked = [];
    for (const path of from) picked.push(...selectPackages(await read(path), `${nameOf(source)} ${path}`, chosen));
    indexes.set(target, picked);
  };
  if (source.suite.endsWith("/")) {
    const all = source.architectures.flatMap((each) => [...(wanted.get(each) ?? [])]);
    await pick("Packages", all, paths);
    return { source, record, release, indexes };
  }
  for (const component of source.components) {
    for (const architecture of source.architectures) {
      // Packages for all architectures may have an index of their own upstream; ours stand in each one's.
      const named = [`${component}/binary-${architecture}/Packages`, `${component}/binary-all/Packages`];
      const from = named.filter((path) => paths.includes(path));
      await pick(named[0] as string, wanted.get(architecture) ?? [], from);
    }
  }
  return { source, record, release, indexes };
}
