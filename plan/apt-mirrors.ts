import type { MirrorPlan } from "../lib/apt/plan";
import { runJob } from "../lib/host/job";
import { aptPlan } from "../lib/host/jobs/apt-plan";
import { formatBytes } from "../lib/progress";
import { type Asked, askKeeper, counted, type Keeper, LONGEST } from "./ask-keeper";
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

/** What the archives hold now, asked next to the store. */
export function planMirrors(mirrors: readonly WantedMirror[], keeper: Keeper): Promise<Asked<PlannedMirror>> {
  const { store, runner } = keeper;
  return askKeeper("mirror", mirrors, keeper, async (mirror, host) => {
    const suites = await suitesWanted(mirror, host);
    const order = { store, name: mirror.name, suites: suites.map(sourceOf), ...mirror.selection, ...wayOf(mirror) };
    const plan = await runJob(host, aptPlan, order, { runner, timeout: LONGEST });
    return { planned: plannedAs(mirror, suites, plan), held: heldBy(plan), coming: plan };
  });
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

function heldBy({ suites }: MirrorPlan): string {
  const files = suites.reduce((sum, each) => sum + each.files, 0);
  const bytes = suites.reduce((sum, each) => sum + each.bytes, 0);
  return `${counted(suites.length, "suite")}, ${counted(files, "file")}, ${formatBytes(bytes)}`;
}
