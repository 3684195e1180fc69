import { mkdirSync } from "node:fs";
import type { Cost } from "./timed-command";
import type { Upstream } from "./upstream";
import type { Told } from "./upstream-server";

/** One way to mirror: `sync` brings all of it up to date, the first time as each time after. */
export interface Mirrorer<Source> {
  name: string;
  sync(source: Source): Promise<Cost>;
}

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
