import type { Digest } from "./digest";
import type { Stored } from "./repair";
import type { ContentStore } from "./store";

/** Digests of manifests, the one that is served first. */
export type Generations = readonly [Digest, ...Digest[]];

/** One plane of content (apt, PyPI, sources): how its manifests are read. Everything that serves, mends and scrubs is shared. */
export interface Plane<Layout = unknown> {
  /** How the text of its manifests begins: by this whoever finds one in a store knows whose it is. */
  head: string;
  /** What clients see of these states, by its path. */
  tree(store: ContentStore, generations: Generations, layout: Layout): Promise<ReadonlyMap<string, Digest>>;
  /** The files of a state, in the order of their digests, and where each came from. */
  files(store: ContentStore, manifest: Digest): Promise<Stored[]>;
}
