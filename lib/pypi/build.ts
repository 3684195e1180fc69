import type { Digest } from "../content/digest";
import { Fetch } from "../content/fetch";
import { Intake } from "../content/intake";
import type { Keep } from "../content/keep";
import { earlierThan } from "../content/retention";
import { ContentStore } from "../content/store";
import { workIn } from "../content/work";
import { DownloadClient } from "../http/download-client";
import type { Report } from "../progress";
import { assemble } from "./assemble";
import { filesBelow } from "./directory";
import { IndexError } from "./name";
import { type PlanOrder, pinsOf } from "./plan";
import { digestOfSelection, type Selection, select, totalsOf } from "./selection";
import { type IndexStanding, indexShelf } from "./shelf";
import { textOf, Upstream } from "./upstream";
import { fromDirectory, fromStore, fromUpstream } from "./wanted";

export interface IndexOrder extends PlanOrder {
  /** Directory of the content store. */
  store: string;
  name: string;
  /** Own wheels and sdists on the host that keeps the store. */
  directory?: string;
  /** Wheels that were built here and stand in the store, by their file names. */
  wheels?: Readonly<Record<string, Digest>>;
  /** What the plan saw; another one is refused. */
  planned?: Digest;
  /** What to do about lines of the lists that exist nowhere. */
  onMissing?: "fail" | "report";
  keep?: Keep;
}

const AT_ONCE = 32;

/** Brings an index to what its lists ask for now. What stood stays as it was until all of the new is whole. */
export async function buildIndex(order: IndexOrder, report: Report, signal: AbortSignal): Promise<IndexStanding> {
  const store = new ContentStore(order.store);
  return workIn(store, workOf(order.name), report, signal, () => build(order, store, report, signal));
}

/** Whose work in its store it is. */
export const workOf = (name: string): string => `index-${name}`;

async function build(
  order: IndexOrder,
  store: ContentStore,
  report: Report,
  signal: AbortSignal,
): Promise<IndexStanding> {
  const client = new DownloadClient({ connections: AT_ONCE, ...(order.ca === undefined ? {} : { ca: order.ca }) });
  try {
    const intake = new Intake(store, workOf(order.name));
    const before = await indexShelf.read(store, order.name);
    const selection = await selectionOf(order, client, signal);
    const local = order.directory ? await filesBelow(store, intake, order.name, order.directory) : [];
    const built = await Promise.all(Object.entries(order.wheels ?? {}).map((wheel) => fromStore(store, wheel)));
    const wanted = [...selection.files.map(fromUpstream), ...local.map(fromDirectory), ...built];
    const fetch = new Fetch(store, client, workOf(order.name), signal);
    const read = (url: string) => small(client, new URL(url), signal);
    const manifest = await assemble({ store, intake, read }, before, wanted, order, { fetch, report, signal });
    const after: IndexStanding = {
      ...{ manifest, earlier: earlierThan(manifest, before, order.keep) },
      ...{ selection: digestOfSelection(selection), missing: selection.missing.length },
      ...totalsOf(selection.files),
      ...(order.wheels && { wheels: order.wheels }),
    };
    await indexShelf.settle(store, order.name, before, after);
    return after;
  } finally {
    await client.close();
  }
}

async function selectionOf(order: IndexOrder, client: DownloadClient, signal: AbortSignal): Promise<Selection> {
  const upstream = new Upstream(client, order.upstream, order.cache);
  const selection = await select(upstream, pinsOf(order.lists), order.targets, signal);
  const found = digestOfSelection(selection);
  if (order.planned !== undefined && order.planned !== found)
    throw new IndexError(`${order.name}: its upstream or its lists changed since it was planned. Try: pulumi up again`);
  if (order.onMissing !== "report" && selection.missing.length > 0)
    throw new IndexError([...selection.missing, 'Try: other versions, or onMissing: "report"'].join("\n"));
  return selection;
}

async function small(client: DownloadClient, url: URL, signal: AbortSignal): Promise<Buffer> {
  const answer = await client.get(url, {}, [200], signal);
  return Buffer.from(await textOf(answer.body, answer.url));
}
