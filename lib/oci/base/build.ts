import { assertRuns } from "../../debian/emulation";
import { bootstrap } from "../../debian/mmdebstrap";
import { readSnapshot, type Snapshot } from "../../debian/snapshot";
import { type Host, HostError } from "../../host/host";
import { inWorkDirectory } from "../../host/work-directory";
import type { Report } from "../../progress";
import { type BaseLayout, findLayout, packLayout } from "./layout";
import { type BaseSpec, bootstrapOf, recipeOf } from "./recipe";

/** The image of a recipe as a layout in the host's cache; made there unless it was before. */
export async function ensureBase(
  host: Host,
  cache: string,
  spec: BaseSpec,
  recipe: string,
  { onProgress, signal }: { onProgress: Report; signal?: AbortSignal },
): Promise<BaseLayout> {
  const parent = `${cache}/images`;
  const name = `base-${recipe.slice("sha256:".length, 19)}`;
  const standing = await findLayout(host, `${parent}/${name}`);
  if (standing) return standing;
  await assertRuns(host, spec.architecture);
  const snapshot = await readSnapshot(host, spec.sources, signal);
  const offered = recipeOf(spec, snapshot);
  if (offered !== recipe) {
    const message = `what it would be made from is no longer what was planned (${offered} instead of ${recipe})`;
    throw new HostError("failed", host.name, message, "run pulumi up again: it plans what is offered now");
  }
  return inWorkDirectory(host, parent, async (directory) => {
    const root = { directory, ...bootstrapOf(spec), env: pinned(snapshot) };
    await bootstrap(host, `openstack-site/${name}`, root, { onProgress, ...(signal && { signal }) });
    onProgress({ step: "packing" });
    return packLayout(host, directory, `${parent}/${name}`, spec, recipe, signal);
  });
}

/** What holds the build to the snapshot: the time of all that it writes, and the release files it must have got. */
function pinned({ sums, epoch }: Snapshot): Record<string, string> {
  const releases = Object.entries(sums).filter(([name]) => !name.startsWith("/"));
  return {
    SOURCE_DATE_EPOCH: `${epoch}`,
    RELEASES: releases.map(([name, sum]) => `${sum}  ${name}\n`).join(""),
  };
}
