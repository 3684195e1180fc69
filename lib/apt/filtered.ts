import { canonicalJson, type Digest, digestOf } from "../content/digest";
import type { Fetch } from "../content/fetch";
import type { ContentStore } from "../content/store";
import { pack } from "./compression";
import { type SelectedSuite, select } from "./filter";
import type { ArchiveFile, SuiteRecord } from "./manifest";
import { askedOf } from "./mirror-suite";
import type { SelectedPackage } from "./packages";
import { writePool } from "./pool";
import { releaseText } from "./release-text";
import { noteSelection, readSelection } from "./seen";
import type { Selection } from "./solver";
import { below, type SuiteSource } from "./suite";

/** A suite of selected packages: what it holds, and its Release, which is not dated and signed yet. */
export interface FilteredSuite {
  record: SuiteRecord;
  release: string;
}

/** What these packages make of these suites. The same suites are not solved a second time. */
export async function filteredSuites(
  fetch: Fetch,
  name: string,
  sources: readonly SuiteSource[],
  upstream: readonly SuiteRecord[],
  selection: Selection,
  signal: AbortSignal,
): Promise<FilteredSuite[]> {
  const of = digestOf(canonicalJson({ selection, suites: upstream.map(({ asked, head }) => ({ asked, head })) }));
  const known = await readSelection(fetch.store, name);
  if (known?.of === of) return known.suites;
  const suites: FilteredSuite[] = [];
  for (const each of await select(fetch, sources, upstream, selection, signal)) {
    suites.push(await filtered(fetch.store, each, selection));
  }
  await noteSelection(fetch.store, name, { of, suites });
  return suites;
}

async function filtered(
  store: ContentStore,
  { source, record, release, indexes }: SelectedSuite,
  selection: Selection,
): Promise<FilteredSuite> {
  const files = new Map<string, Buffer>();
  const served: ArchiveFile[] = [];
  for (const [path, packages] of indexes) {
    const plain = indexText(packages);
    files.set(path, plain);
    for (const [ending, bytes] of await pack(plain)) {
      files.set(`${path}${ending}`, bytes);
      served.push(madeFile(below(source, `${path}${ending}`), bytes));
    }
  }
  const text = releaseText(release, files, source);
  const debs = new Map([...indexes.values()].flat().map(({ file }) => [file.path, file]));
  const pool = await writePool(store, [...debs.values()]);
  const { uri, suite, date } = record;
  const asked = digestOf(canonicalJson({ suite: askedOf(source), selection }));
  const made = { uri, suite, asked, head: digestOf(text), date, indexes: served, pool };
  return { record: made, release: text };
}

/** As the archive has them, in its order; a package two indexes name stands once. */
function indexText(packages: readonly SelectedPackage[]): Buffer {
  const texts = new Set(packages.map(({ stanza }) => `${stanza.replace(/\n+$/, "")}\n\n`));
  return Buffer.from([...texts].join(""), "latin1");
}

export function madeFile(path: string, bytes: Buffer): ArchiveFile & { digest: Digest } {
  return { path, digest: digestOf(bytes), size: bytes.length, made: bytes.toString("base64") };
}
