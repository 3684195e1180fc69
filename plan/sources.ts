import type { z } from "zod";
import type { Digest } from "../lib/content/digest";
import { runJob } from "../lib/host/job";
import { sourcePlan } from "../lib/host/jobs/source";
import { formatBytes } from "../lib/progress";
import type { SourceOrder } from "../lib/source/plan";
import type { treeOrigin, wantedCollections, wantedFiles } from "../lib/source/schema";
import { type Asked, askKeeper, counted, type Keeper, LONGEST } from "./ask-keeper";
import { authority } from "./pem-file";

/** A source as the stack file has it; `ca` is a file beside the program there, and as PEM in the plan. */
export type SiteSource = { name: string; ca?: string | undefined } & (
  | { tree: z.output<typeof treeOrigin> }
  | { files: z.output<typeof wantedFiles> }
  | { collections: z.output<typeof wantedCollections> }
);

export async function wantedSource({ ca, ...source }: SiteSource): Promise<SiteSource> {
  return { ...source, ...(await authority(ca)) };
}

/** What of these is still to come, asked next to the store. What they are, the stack file says to the byte. */
export function planSources(sources: readonly SiteSource[], keeper: Keeper): Promise<Asked<SiteSource>> {
  const { store, runner } = keeper;
  return askKeeper("source", sources, keeper, async (source, host) => {
    const order = {
      store,
      name: source.name,
      ...piecesOf(source),
      ...(source.ca === undefined ? {} : { ca: source.ca }),
    };
    const plan = await runJob(host, sourcePlan, order, { runner, timeout: LONGEST });
    return { planned: source, held: heldBy(source, plan), coming: plan };
  });
}

function piecesOf(source: SiteSource): Pick<SourceOrder, "files" | "commit"> {
  if ("files" in source) return { files: source.files as SourceOrder["files"] };
  if ("collections" in source) return { files: source.collections as SourceOrder["files"] };
  const { tree } = source;
  return "git" in tree
    ? { files: [], commit: tree }
    : { files: [{ url: tree.archive, digest: tree.digest as Digest }] };
}

function heldBy(source: SiteSource, { files, bytes }: { files: number; bytes: number }): string {
  if ("tree" in source && "git" in source.tree)
    return `commit ${source.tree.commit.slice(0, 12)} of ${source.tree.git}`;
  return `${counted(files, "file")}, ${formatBytes(bytes)}`;
}
