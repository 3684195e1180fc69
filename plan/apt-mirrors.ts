import type { MirrorPlan } from "../lib/apt/plan";
import { assertRoom, tellLowRoom } from "../lib/content/room";
import { connect } from "../lib/host/connect";
import type { Connection } from "../lib/host/connection";
import { runJob } from "../lib/host/job";
import { aptPlan } from "../lib/host/jobs/apt-plan";
import { inParallel } from "../lib/parallel";
import { formatBytes } from "../lib/progress";
import { type MirroredSuite, sourceOf, suitesWanted, type WantedMirror } from "./mirror-sources";

/** A mirror as it should be now. */
export interface PlannedMirror {
  name: string;
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
  { connection, store, runner }: Keeper,
): Promise<{ planned: PlannedMirror[]; notes: Note[] }> {
  if (mirrors.length === 0) return { planned: [], notes: [] };
  const host = await connect(connection);
  const failures: string[] = [];
  const asked = await inParallel(mirrors, AT_ONCE, async (mirror) => {
    try {
      const suites = await suitesWanted(mirror, host);
      const order = { store, name: mirror.name, suites: suites.map(sourceOf) };
      const plan = await runJob(host, aptPlan, order, { runner, timeout: LONGEST });
      return [{ name: mirror.name, suites, plan }];
    } catch (error) {
      failures.push(`  - ${mirror.name}: ${(error as Error).message.replaceAll("\n", "\n    ")}`);
      return [];
    }
  });
  if (failures.length > 0)
    throw new Error(`mirrors that cannot be planned; nothing was touched:\n${failures.join("\n")}`);
  const all = asked.flat();
  const coming = all.reduce((sum, { plan }) => sum + plan.fetch.bytes, 0);
  const room = all[0]?.plan.room;
  if (room) assertRoom(coming, room, store);
  const low = room && tellLowRoom(coming, room, store);
  return {
    planned: all.map(({ name, suites, plan }) => ({ name, suites: suites.map((suite) => filled(suite, plan)) })),
    notes: [
      ...all.map(({ name, plan }) => ({ mirror: name, text: told(plan, store) })),
      ...(low === undefined ? [] : [{ mirror: all[0]?.name ?? "", text: low, warning: true as const }]),
    ],
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
