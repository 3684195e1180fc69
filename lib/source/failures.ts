import { join } from "node:path";
import { removeRecord, writeRecord } from "../content/record";
import type { ContentStore } from "../content/store";

/** What could not be had, and why. */
export interface Failure {
  path: string;
  url: string;
  error: string;
}

const SHOWN = 10;

const file = (store: ContentStore, name: string): string => join(store.root, "failures", `${name}.json`);

/** Notes every failure beside the content, and tells of them at once. */
export async function tellFailures(
  store: ContentStore,
  name: string,
  failures: readonly Failure[],
  wanted: number,
): Promise<never> {
  const sorted = failures.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  await writeRecord(file(store, name), { failures: sorted }, `note failures of ${name}`);
  const shown = sorted.slice(0, SHOWN).map(({ path, error }) => `  - ${path}: ${error}`);
  const more = sorted.length > SHOWN ? [`  - and ${sorted.length - SHOWN} more`] : [];
  const head = `${sorted.length} of ${wanted} files could not be had; what is served stays as it is`;
  const next = `all of them are told in ${file(store, name)}. Try: pulumi up again; what came is kept`;
  throw new Error([head, ...shown, ...more, next].join("\n"));
}

export async function forgetFailures(store: ContentStore, name: string): Promise<void> {
  await removeRecord(file(store, name));
}
