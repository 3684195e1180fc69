import type { ContentStore } from "../content/store";
import type { FilteredSuite } from "./filtered";
import { madeFile } from "./filtered";
import { nameOf, type SuiteRecord } from "./manifest";
import { dated } from "./release-text";
import { clearsign } from "./site-key";
import { below } from "./suite";

/** The site's key, and where gpg keeps it. */
export interface Signer {
  home: string;
  fingerprint: string;
}

/** Filtered suites, signed. One that stands with the same content and by the same key stays as it is, to the byte. */
export async function resign(
  store: ContentStore,
  filtered: readonly FilteredSuite[],
  standing: readonly SuiteRecord[],
  signer: Signer,
): Promise<SuiteRecord[]> {
  const suites: SuiteRecord[] = [];
  for (const each of filtered) suites.push(standingAs(each, standing, signer) ?? (await sign(each, signer)));
  for (const { made, digest } of suites.flatMap(({ indexes }) => indexes)) {
    if (made !== undefined) await store.put(Buffer.from(made, "base64"), digest);
  }
  return suites;
}

function standingAs({ record }: FilteredSuite, standing: readonly SuiteRecord[], { fingerprint }: Signer) {
  return standing.find(
    (each) => nameOf(each) === nameOf(record) && each.head === record.head && each.signedBy === fingerprint,
  );
}

async function sign({ record, release }: FilteredSuite, { home, fingerprint }: Signer): Promise<SuiteRecord> {
  const date = new Date(record.date);
  const inRelease = await clearsign(home, fingerprint, dated(release, date), date);
  const head = madeFile(below(record, "InRelease"), inRelease);
  return { ...record, signedBy: fingerprint, indexes: [head, ...record.indexes] };
}
