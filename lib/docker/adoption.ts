import type { Host } from "../host/host";
import { docker } from "./cli";
import { applyContainer, requireImage, startContainer } from "./container";
import { type ContainerDiff, diffContainer } from "./container-diff";
import { inspectContainer, type LiveContainer } from "./container-live";
import type { ContainerField, ContainerSpec } from "./container-spec";

/** A container that stood there before us: kept whole under another name, because its own data may be in it. */
export interface StoodBefore {
  id: string;
  aside: string;
  /** As `docker update --restart` takes it: `always`, `on-failure:3`. */
  restart: string;
  running: boolean;
}

/** What is noted here and can be put back; with any other difference the container is set aside. */
const NOTED: readonly ContainerField[] = ["restart", "running"];

export const canStay = ({ inPlace, recreate }: ContainerDiff): boolean =>
  recreate.length === 0 && inPlace.every((field) => NOTED.includes(field));

export async function stoodBefore(host: Host, { id, name, running }: LiveContainer): Promise<StoodBefore> {
  return { id, aside: `${name}.before-${id.slice(0, 12)}`, restart: await restartPolicy(host, id), running };
}

/** Brings a container to its spec; one that stood before us is set aside rather than changed or removed. */
export async function adoptContainer(
  host: Host,
  spec: ContainerSpec,
  live: LiveContainer | undefined,
  before: StoodBefore | null,
) {
  if (!before || live?.id !== before.id || canStay(diffContainer(spec, live))) return applyContainer(host, spec, live);
  await requireImage(host, spec);
  await setAside(host, spec.name, before);
  return applyContainer(host, spec, undefined);
}

/** Stops a container and gives it a name that nobody uses. May run again after a crash. */
export async function setAside(host: Host, name: string, { aside }: StoodBefore): Promise<void> {
  const what = `set container ${name} aside as ${aside}`;
  await docker(host, ["stop", name], { what, effect: `docker stop ${name}` });
  await docker(host, ["update", "--restart=no", name], { what, effect: `docker update ${name}` });
  await docker(host, ["rename", name, aside], { what, effect: `docker rename ${name}` });
}

/** Has our container removed and brings back the one that stood there, under its name and as it ran. */
export async function handBack(host: Host, name: string, before: StoodBefore, removeOurs: () => Promise<void>) {
  const what = `bring container ${name} back`;
  if ((await inspectContainer(host, name))?.id !== before.id) {
    await removeOurs();
    const kept = await inspectContainer(host, before.aside);
    if (kept) await docker(host, ["rename", before.aside, name], { what, effect: `docker rename ${name}` });
  }
  const back = await inspectContainer(host, name);
  if (!back) return;
  if ((await restartPolicy(host, back.id)) !== before.restart) {
    await docker(host, ["update", `--restart=${before.restart}`, name], { what, effect: `docker update ${name}` });
  }
  if (before.running && !back.running) await startContainer(host, { name });
  if (!before.running && back.running) await docker(host, ["stop", name], { what, effect: `docker stop ${name}` });
}

async function restartPolicy(host: Host, id: string): Promise<string> {
  const format =
    "{{with .HostConfig.RestartPolicy}}{{.Name}}{{if .MaximumRetryCount}}:{{.MaximumRetryCount}}{{end}}{{end}}";
  const said = await docker(host, ["inspect", "--format", format, id], { what: `inspect container ${id}` });
  return said?.trim() || "no";
}
