import type { Digest } from "../content/digest";
import type { Plane } from "../content/plane";
import type { Stored } from "../content/repair";
import { directoryUrl } from "./archive-url";
import { readManifest } from "./manifest";
import { readFiles, type SuiteFiles } from "./pool";
import { type Layout, planTree } from "./tree";

/** apt archives, as what is served from any store sees them. */
export const aptPlane: Plane<Layout> = {
  head: '{"suites":[',
  async tree(store, generations, layout) {
    const manifests = await Promise.all(generations.map((each) => readManifest(store, each)));
    return planTree(await readFiles(store, manifests), layout);
  },
  async files(store, manifest) {
    return filesOf((await readFiles(store, [await readManifest(store, manifest)])).flat());
  },
};

/** In the order of their digests, so that a scrub can go on where it ended. */
function filesOf(suites: readonly SuiteFiles[]): Stored[] {
  const files = new Map<Digest, Stored>();
  for (const { uri, indexes, pool } of suites) {
    for (const { digest, size, path, made } of [...indexes, ...pool]) {
      const urls = made === undefined ? [directoryUrl(uri, path)] : [];
      const same = files.get(digest);
      if (same) same.urls.push(...urls);
      else files.set(digest, { digest, size, path, urls, ...(made === undefined ? {} : { again: remade(made) }) });
    }
  }
  return [...files.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

const remade = (made: string) => () => Promise.resolve(Buffer.from(made, "base64"));
