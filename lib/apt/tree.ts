import type { Digest } from "../content/digest";
import { byHashPath } from "./by-hash";
import type { SuiteFiles } from "./pool";
import { assertRelative } from "./release";

/** Directory of each archive in a tree, by its URI; `<host>/<path>` where none is given, as apt-mirror leaves it. */
export type Layout = Readonly<Record<string, string>>;

export function directoryOf(uri: string, layout: Layout): string {
  const { host, pathname } = new URL(uri);
  const directory = layout[uri] ?? `${host}${pathname}`.replace(/\/+$/, "");
  assertRelative(directory, "the layout");
  return directory;
}

/**
 * What clients see of a mirror. Of earlier generations it keeps the indexes by their hashes, and the packages: a client
 * in the middle of an update, or of an installation, goes on with those it has read of.
 */
export function planTree(
  [current = [], ...earlier]: readonly (readonly SuiteFiles[])[],
  layout: Layout,
): Map<string, Digest> {
  const files = new Map<string, Digest>();
  const add = (path: string, digest: Digest) => {
    if (!files.has(path)) files.set(path, digest);
  };
  for (const { uri, indexes, pool } of current) {
    const directory = directoryOf(uri, layout);
    for (const { path, digest } of [...indexes, ...pool]) add(`${directory}/${path}`, digest);
  }
  for (const suites of [current, ...earlier]) {
    for (const { uri, indexes, pool } of suites) {
      const directory = directoryOf(uri, layout);
      for (const file of indexes) add(`${directory}/${byHashPath(file)}`, file.digest);
      for (const { path, digest } of pool) add(`${directory}/${path}`, digest);
    }
  }
  return files;
}
