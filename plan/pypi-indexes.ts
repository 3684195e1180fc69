import type { Keep } from "../lib/content/keep";
import { runJob } from "../lib/host/job";
import { pypiPlan } from "../lib/host/jobs/pypi-index";
import { formatBytes } from "../lib/progress";
import { configuredIndex } from "../lib/pypi/configured-index";
import { readLists } from "../lib/pypi/lists";
import type { Target } from "../lib/pypi/tags";
import { type Asked, askKeeper, counted, type Keeper, LONGEST } from "./ask-keeper";
import { pemFile } from "./pem-file";

/** An index as the stack file has it. */
export interface SiteIndex {
  name: string;
  /** Beside the program. */
  lists: string[];
  targets: Target[];
  upstream?: string | undefined;
  directory?: string | undefined;
  /** PEM file beside the program. */
  ca?: string | undefined;
  onMissing: "fail" | "report";
  keep: Keep;
  serve?: string | undefined;
  clients?: string[] | undefined;
}

/** An index whose lists were read: what is left to ask is the upstream. */
export interface WantedIndex extends Pick<SiteIndex, "name" | "targets" | "upstream" | "onMissing"> {
  /** Texts, by their names. */
  lists: Record<string, string>;
  /** As PEM. */
  ca?: string;
}

/** What an index will hold. */
export interface PlannedIndex {
  name: string;
  upstream: string;
  selection: string;
  files: number;
  bytes: number;
  /** What of its lists exists nowhere: a line for each pin, or for each target of one. */
  holes: string[];
  ca?: string;
}

export async function wantedIndex({ lists, ca, ...site }: SiteIndex): Promise<WantedIndex> {
  const { name, targets, upstream, onMissing } = site;
  const trust = ca === undefined ? {} : { ca: (await pemFile(ca)).toString() };
  return { name, targets, upstream, onMissing, lists: await readLists(lists), ...trust };
}

/** What the lists mean of their upstreams now, asked next to the store. */
export function planIndexes(indexes: readonly WantedIndex[], keeper: Keeper): Promise<Asked<PlannedIndex>> {
  const { store, runner } = keeper;
  return askKeeper("index", indexes, keeper, async ({ name, lists, targets, onMissing, ...index }, host) => {
    const upstream = index.upstream ?? (await configuredIndex(host));
    const trust = index.ca === undefined ? {} : { ca: index.ca };
    const order = { store, upstream, lists, targets, ...trust };
    const plan = await runJob(host, pypiPlan, order, { runner, timeout: LONGEST });
    const { selection, files, bytes, missing, built } = plan;
    if (missing.length > 0 && onMissing === "fail")
      throw new Error([...missing, "Try: other versions, or onMissing: report"].join("\n"));
    const lacking = missing.length === 0 ? [] : [`${counted(missing.length, "pin")} without a file`];
    const asSource = built.length === 0 ? [] : [`no wheel of ${built.map((line) => line.split(":")[0]).join(", ")}`];
    const held = [`${counted(files, "file")}, ${formatBytes(bytes)}`, ...lacking, ...asSource].join("; ");
    return { planned: { name, upstream, selection, files, bytes, holes: missing, ...trust }, held, coming: plan };
  });
}
