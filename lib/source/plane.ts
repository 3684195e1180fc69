import type { Plane } from "../content/plane";
import { readManifest } from "./manifest";

/** Sources, as what is served from any store sees them. */
export const sourcePlane: Plane<null> = {
  head: '{"asked":{',
  async tree(store, [served, ...earlier]) {
    const { source, files = [] } = (await readManifest(store, served)) ?? {};
    const tree = new Map(files.map(({ path, digest }) => [path, digest]));
    // Files are asked for by paths one was told; those of a repository or an index by what a client has just read.
    if (source === "files") return tree;
    for (const each of earlier) {
      for (const { path, digest } of (await readManifest(store, each))?.files ?? [])
        if (!tree.has(path) && (await store.size(digest)) !== undefined) tree.set(path, digest);
    }
    return tree;
  },

  async files(store, manifest) {
    const { files = [] } = (await readManifest(store, manifest)) ?? {};
    const stored = files.map(({ url, ...file }) => ({ ...file, urls: url === undefined ? [] : [new URL(url)] }));
    return stored.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  },
};
