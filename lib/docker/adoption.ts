import type { Host } from "../host/host";
import { docker } from "./cli";
import { applyContainer, removeContainer } from "./container";
import { diffContainer, observedSpec } from "./container-diff";
import { inspectContainer, type LiveContainer } from "./container-live";
import type { ContainerSpec } from "./container-spec";

/** A container that stood there before us: kept whole under another name, because its own data may be in it. */
export interface StoodBefore {
  id: string;
  aside: string;
  restart: ContainerSpec["restart"];
  running: boolean;
}

export function stoodBefore(live: LiveContainer): StoodBefore {
  return {
    id: live.id,
    aside: `${live.name}.before-${live.id.slice(0, 12)}`,
    restart: live.restart,
    running: live.running,
  };
}

/** Brings a container to its spec; one that stood before us is set aside rather than removed. */
export async function adoptContainer(
  host: Host,
  spec: ContainerSpec,
  live: LiveContainer | undefined,
  before: StoodBefore | null,
) {
  const adopting = before !== null && live?.id === before.id;
  if (!adopting || diffContainer(spec, live).recreate.length === 0) return applyContainer(host, spec, live);
  await docker(host, ["stop", spec.name], { what: `stop container ${spec.name}`, effect: `docker stop ${spec.name}` });
  const rename = `rename container ${spec.name} to ${before.aside}`;
  await docker(host, ["update", "--restart=no", spec.name], { what: rename, effect: `docker update ${spec.name}` });
  await docker(host, ["rename", spec.name, before.aside], { what: rename, effect: `docker rename ${spec.name}` });
  return applyContainer(host, spec, undefined);
}

/** Removes our container and brings back the one that stood there, under its name and as it ran. */
export async function handBack(host: Host, spec: ContainerSpec, before: StoodBefore, deleteVolumes: readonly string[]) {
  const { name } = spec;
  const live = await inspectContainer(host, name);
  if (live?.id !== before.id) {
    await removeContainer(host, name, deleteVolumes);
    if (!(await inspectContainer(host, before.aside))) return;
    const what = `rename container ${before.aside} to ${name}`;
    await docker(host, ["rename", before.aside, name], { what, effect: `docker rename ${name}` });
  }
  const back = await inspectContainer(host, name);
  if (!back) return;
  const standing = { ...observedSpec(spec, back), restart: before.restart, running: before.running };
  await applyContainer(host, standing, back);
}
