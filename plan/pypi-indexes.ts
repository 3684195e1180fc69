import type { Keep } from "../lib/content/keep";
import { runJob } from "../lib/host/job";
import { pypiPlan } from "../lib/host/jobs/pypi-index";
import { formatBytes } from "../lib/progress";
import { configuredIndex } from "../lib/pypi/configured-index";
import { readLists } from "../lib/pypi/lists";
import type { NeededBuild } from "../lib/pypi/selection";
import type { Target } from "../lib/pypi/target";
import { type Asked, askKeeper, counted, type Keeper, LONGEST } from "./ask-keeper";
import { authority } from "./pem-file";

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
  /** By architecture: the host that builds wheels where there is none. */
  builders?: Builders | undefined;
  onMissing: "fail" | "report";
  keep: Keep;
  serve?: string | undefined;
  clients?: string[] | undefined;
}

export type Builders = Partial<Record<Target["architecture"], string>>;

/** An index whose lists were read: what is left to ask is the upstream. */
export interface WantedIndex
  extends Pick<SiteIndex, "name" | "targets" | "upstream" | "directory" | "builders" | "onMissing"> {
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
  /** What is built where there is no wheel. */
  wheels: PlannedWheel[];
}

export interface PlannedWheel {
  name: string;
  /** Name of the host that builds it. */
  builder: string;
  sdist: { url: string; filename: string; digest: string; size: number };
  target: Target;
}

export async function wantedIndex({ lists, ca, ...site }: SiteIndex): Promise<WantedIndex> {
  const { name, targets, upstream, directory, builders, onMissing } = site;
  return {
    name,
    targets,
    upstream,
    onMissing,
    ...(directory && { directory }),
    ...(builders && { builders }),
    lists: await readLists(lists),
    ...(await authority(ca)),
  };
}

/** What the lists mean of their upstreams now, asked next to the store. */
export function planIndexes(indexes: readonly WantedIndex[], keeper: Keeper): Promise<Asked<PlannedIndex>> {
  const { store, runner } = keeper;
  return askKeeper("index", indexes, keeper, async ({ name, lists, targets, onMissing, ...index }, host) => {
    const upstream = index.upstream ?? (await configuredIndex(host));
    const trust = index.ca === undefined ? {} : { ca: index.ca };
    const { directory } = index;
    const order = { store, upstream, lists, targets, ...trust, ...(directory === undefined ? {} : { directory }) };
    const plan = await runJob(host, pypiPlan, order, { runner, timeout: LONGEST });
    const { selection, files, bytes, missing, sdists } = plan;
    const wheels = sdists.flatMap((each) => wheelOf(each, index.builders));
    const unbuilt = sdists.filter(({ target }) => index.builders?.[target.architecture] === undefined);
    if (missing.length > 0 && onMissing === "fail")
      throw new Error([...missing, "Try: other versions, or onMissing: report"].join("\n"));
    const lacking = missing.length === 0 ? [] : [`${counted(missing.length, "pin")} without a file`];
    const names = [...new Set(unbuilt.map(({ project, version }) => `${project}==${version}`))];
    const asSource = names.length === 0 ? [] : [`no wheel of ${names.join(", ")}`];
    const toBuild = wheels.length === 0 ? [] : [`${counted(wheels.length, "wheel")} built here`];
    const held = [`${counted(files, "file")}, ${formatBytes(bytes)}`, ...lacking, ...asSource, ...toBuild].join("; ");
    return {
      planned: { name, upstream, selection, files, bytes, holes: missing, wheels, ...trust },
      held,
      coming: plan,
    };
  });
}

/** Named by what it is, so that another sdist or target is another one. */
function wheelOf({ project, version, target, sdist }: NeededBuild, builders: Builders = {}): PlannedWheel[] {
  const builder = builders[target.architecture];
  if (builder === undefined) return [];
  const { url, filename, sha256, size } = sdist;
  const name = `${project}-${version}-cp${target.python.replace(".", "")}-${target.architecture}`;
  const asName = name.toLowerCase().replace(/[^a-z0-9._-]/g, "-");
  return [{ name: asName, builder, sdist: { url, filename, digest: `sha256:${sha256}`, size }, target }];
}
