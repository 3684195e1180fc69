import type { Digest } from "../content/digest";
import { Shelf, type Standing } from "../content/shelf";

/** Where an index stands, in a line: enough to compare it with a plan without reading the manifest. */
export interface IndexStanding extends Standing {
  /** What was taken of its upstream; own builds are not counted. */
  selection: Digest;
  files: number;
  bytes: number;
  /** How many lines of its lists exist nowhere. */
  missing: number;
  /** Wheels that were built here, where it was told of any. */
  wheels?: Readonly<Record<string, Digest>>;
}

export const indexShelf = new Shelf<IndexStanding>("indexes");
