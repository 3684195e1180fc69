import { mkdirSync } from "node:fs";
import { type Cost, timed } from "./timed-command";
import type { Upstream } from "./upstream";
import type { Told } from "./upstream-server";

/** One way to mirror: `sync` brings all of it up to date, the first time as each time after. */
export interface Mirrorer<Source> {
  name: string;
  sync(source: Source): Promise<Cost>;
}

/** The part `sync` of the bench, in a process of its own. */
export const OURS: Mirrorer<object> = {
  name: "ours",
  sync: (source) => timed([process.execPath, process.argv[1] as string, "sync", JSON.stringify(source)]),
};

export type Taken = Cost & Told;

/** One tool brings its mirror up to date: what it took, and what it asked of the upstream. */
export async function measured<Source extends { directory: string }>(
  tool: Mirrorer<Source>,
  source: Source,
  upstream: Upstream,
): Promise<Taken> {
  mkdirSync(source.directory, { recursive: true });
  const before = await upstream.told();
  const cost = await tool.sync(source);
  const after = await upstream.told();
  return { ...cost, requests: after.requests - before.requests, bytes: after.bytes - before.bytes };
}
