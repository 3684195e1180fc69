// What scripts/scrub runs: the state of a stack on standard input says which hosts keep content, and where.
import { text } from "node:stream/consumers";
import type { ScrubResult } from "../lib/content/scrub";
import { connect } from "../lib/host/connect";
import type { Connection } from "../lib/host/connection";
import { runJob } from "../lib/host/job";
import { scrubStore as job } from "../lib/host/jobs/scrub";
import { formatBytes, progressLines } from "../lib/progress";

interface Store {
  host: Connection;
  store: string;
  /** Of all that is kept in it: each upstream's certificate is signed by one of them. */
  ca: string;
}

interface State {
  deployment: { resources?: { type: string; outputs?: { host: Connection; store: string; ca?: string } }[] };
}

/** Kinds that bring content into a store. */
const KEEPING = /^pulumi-nodejs:dynamic\/(apt:Mirror|pypi:(Index|Wheel)|source:\w+)$/;

const LONGEST = 7 * 24 * 3_600_000;

export function storesIn({ deployment }: State): Store[] {
  const stores = new Map<string, Store>();
  for (const { type, outputs } of deployment.resources ?? []) {
    if (!KEEPING.test(type) || !outputs) continue;
    const { host, store, ca = "" } = outputs;
    const key = `${host.name} ${store}`;
    stores.set(key, { host, store, ca: [stores.get(key)?.ca, ca].filter(Boolean).join("\n") });
  }
  return [...stores.values()];
}

async function scrubStore({ host, store, ca }: Store, runner: string, rate: number | undefined): Promise<ScrubResult> {
  const order = { store, ...(rate === undefined ? {} : { rate }), ...(ca === "" ? {} : { ca }) };
  const onProgress = progressLines((line) => console.error(`${store} on ${host.name}: ${line}`));
  return runJob(await connect(host), job, order, { runner, onProgress, timeout: LONGEST });
}

async function main([runner = "", megabytes = ""]: string[]): Promise<void> {
  const stores = storesIn(JSON.parse(await text(process.stdin)) as State);
  const rate = megabytes === "" ? undefined : Number(megabytes) * 1e6;
  if (stores.length === 0) console.error("this stack keeps no content");
  for (const each of stores) {
    const { files, bytes, repaired, lost } = await scrubStore(each, runner, rate);
    console.log(`${each.store} on ${each.host.name}: ${files} files, ${formatBytes(bytes)} read`);
    for (const path of repaired) console.log(`  fetched again: ${path}`);
    for (const { path, why } of lost) console.log(`  lost: ${path}: ${why}`);
    if (lost.length > 0) process.exitCode = 1;
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: Error) => {
    console.error(`error: ${error.message}`);
    process.exit(1);
  },
);
