import { mkdirSync } from "node:fs";
import type { Cost } from "../timed-command";
import { type Mirrorer, publish, type Source, sync } from "./mirrors";
import type { Upstream } from "./upstream";
import { serveUpstream, type Told } from "./upstream-server";

export type Taken = Cost & Told;

/** One tool brings its mirror up to date: what it took, and what it asked of the upstream. */
export async function measured(tool: Mirrorer, source: Source, upstream: Upstream): Promise<Taken> {
  mkdirSync(source.directory, { recursive: true });
  const before = await upstream.told();
  const cost = await tool.sync(source);
  const after = await upstream.told();
  return { ...cost, requests: after.requests - before.requests, bytes: after.bytes - before.bytes };
}

const PARTS: Record<string, (order: never) => Promise<void>> = { serve: serveUpstream, sync, publish };

/** A bench starts itself again for what has to be a process of its own; without such an order, it is the bench. */
export function runs(main: () => Promise<void>): void {
  const [part, order] = process.argv.slice(2);
  void (part === undefined ? main() : PARTS[part]?.(JSON.parse(order as string) as never));
}
