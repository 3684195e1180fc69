import type { MirrorPlan } from "../lib/apt/plan";
import { assertRoom, tellLowRoom } from "../lib/content/room";
import { connect } from "../lib/host/connect";
import type { Connection } from "../lib/host/connection";
import type { Host } from "../lib/host/host";
import { runJob } from "../lib/host/job";
import { aptPlan } from "../lib/host/jobs/apt-plan";
import { inParallel } from "../lib/parallel";
import { formatBytes } from "../lib/progress";
import {
  type MirroredSuite,
  sourceOf,
  suitesWanted,
  type WantedMirror,
  type WantedSelection,
  type Way,
  wayOf,
} from "./mirror-sources";

/** A mirror as it should be now. */
export interface PlannedMirror extends Way {
  name: string;
  /** Where it holds some packages only: it is signed by the site's key. */
  selection?: WantedSelection;
  suites: (MirroredSuite & { head: string; files: number; bytes: number })[];
}

/** Where content is kept, and the job runner that is shipped there. */
export interface Keeper {
  connection: Connection;
  store: string;
  runner: string;
}

/** A line for the person who previews, and whether it is bad news. It is no fact of the plan: it changes as work goes on. */
export interface Note {
  mirror: string;
  text: string;
  warning?: true;
}

const AT_ONCE = 4;
/** A first plan reads all indexes; a person waits for it. */
const LONGEST = 10 * 60_000;

/** What the archives hold now, asked next to the store. Every failure is told at once, and what cannot fit is refused. */
export async function planMirrors(
  mirrors: readonly WantedMirror[],
  keeper: Keeper,
): Promise<{ planned: PlannedMirror[]; notes: Note[] }> {
  if (mirrors.length === 0) return { planned: [], notes: [] };
  const { store } = keeper;
  const host = await connect(keeper.connection);
  const failed = ({ name }: WantedMirror, { message }: Error) => `  - ${name}: ${message.replaceAll("\n", "\n    ")}`;
  const asked = await inParallel(mirrors, AT_ONCE, (mirror) =>
    ask(mirror, host, keeper).catch((error: Error) => failed(mirror, error)),
  );
  const all = asked.filter((each) => typeof each !== "string");
  if (all.length < asked.length) {
    const failures = asked.filter((each) => typeof each === "string");
    throw new Error(`mirrors that cannot be planned; nothing was touched:\n${failures.join("\n")}`);
  }
  const coming = all.reduce((sum, { plan }) => sum + plan.fetch.bytes, 0);
  const room = all[0]?.plan.room;
  if (room) assertRoom(coming, room, store);
  const low = room && tellLowRoom(coming, room, store);
  return {
    planned: all.map(({ mirror, suites, plan }) => plannedAs(mirror, suites, plan)),
    notes: [
      ...all.map(({ mirror, plan }) => ({ mirror: mirror.name, text: told(plan, store) })),
      ...(low === undefined ? [] : [{ mirror: all[0]?.mirror.name ?? "", text: low, warning: true as const }]),
    ],
  };
}

interface Asked {
  mirror: WantedMirror;
  suites: MirroredSuite[];
  plan: MirrorPlan;
}

async function ask(mirror: WantedMirror, host: Host, { store, runner }: Keeper): Promise<Asked> {
  const suites = await suitesWanted(mirror, host);
  const order = { store, name: mirror.name, suites: suites.map(sourceOf), ...mirror.selection, ...wayOf(mirror) };
  return { mirror, suites, plan: await runJob(host, aptPlan, order, { runner, timeout: LONGEST }) };
}

function plannedAs(mirror: WantedMirror, suites: MirroredSuite[], plan: MirrorPlan): PlannedMirror {
  const { name, selection } = mirror;
  return {
    name,
    ...(selection && { selection }),
    ...wayOf(mirror),
    suites: suites.map((suite) => filled(suite, plan)),
  };
}

function filled(suite: MirroredSuite, { suites }: MirrorPlan) {
  const found = suites.find(({ uri, suite: name }) => uri === suite.uri && name === suite.suite);
  if (!found) throw new Error(`the plan says nothing about ${suite.uri} ${suite.suite}`);
  const { head, files, bytes } = found;
  return { ...suite, head, files, bytes };
}

function told({ suites, fetch, room }: MirrorPlan, store: string): string {
  const files = suites.reduce((sum, each) => sum + each.files, 0);
  const bytes = suites.reduce((sum, each) => sum + each.bytes, 0);
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const coming = fetch.files === 0 ? "nothing" : `${counted(fetch.files, "file")}, ${formatBytes(fetch.bytes)}`;
  const held = `${counted(suites.length, "suite")}, ${counted(files, "file")}, ${formatBytes(bytes)}`;
  return `${held}; ${coming} to fetch; ${formatBytes(room.free)} free in ${store}`;
}
