import { isDeepStrictEqual } from "node:util";
import { capability, type LiveContainer, securityOption } from "./container-live";
import type { ContainerField, ContainerSpec } from "./container-spec";
import { signal } from "./image";

export interface ContainerDiff {
  /** Fields that Docker changes on the container that stands. */
  inPlace: ContainerField[];
  /** Fields for which a new container must be made; its named volumes are kept. */
  recreate: ContainerField[];
}

/** Every field in a form in which equal means equal: sorted, defaults filled in. */
type Comparable = { [F in Exclude<ContainerField, "name">]: unknown };

/** What separates a container from its spec. Pure; a field the spec leaves to image or daemon never differs. */
export function diffContainer(spec: ContainerSpec, live: LiveContainer): ContainerDiff {
  const wanted = fromSpec(spec, live);
  const found = fromLive(spec, live);
  const differing = (Object.keys(wanted) as (keyof Comparable)[]).filter(
    (field) => !isDeepStrictEqual(wanted[field], found[field]),
  );
  const inPlace = differing.filter((field) => changesInPlace(field, spec, live));
  return { inPlace, recreate: differing.filter((field) => !inPlace.includes(field)) };
}

/** The spec with every differing field replaced by what stands: what a refresh reports. */
export function observedSpec(spec: ContainerSpec, live: LiveContainer): ContainerSpec {
  const { inPlace, recreate } = diffContainer(spec, live);
  const standing = standingSpec(live);
  const seen: Record<string, unknown> = { ...spec };
  for (const field of [...inPlace, ...recreate]) {
    seen[field] = standing[field];
    // Values of the image that the spec repeats are not strangers to it.
    if (field === "env" || field === "labels") seen[field] = repeated(spec[field], live[field], standing[field]);
  }
  return seen as ContainerSpec;
}

/** A spec that says what stands and leaves out what comes from the image: for a container we did not make. */
export function standingSpec(live: LiveContainer): ContainerSpec {
  const { id, state, health, repoDigests, defaults, entrypoint, command, stopSignal, hostname, ...rest } = live;
  return {
    ...rest,
    env: without(live.env, defaults.env),
    labels: without(live.labels, defaults.labels),
    ...standingCommand(live),
    ...(stopSignal !== defaults.stopSignal && { stopSignal }),
    ...(!ownHostname(live) && { hostname }),
  };
}

function standingCommand({
  entrypoint,
  command,
  defaults,
}: LiveContainer): Pick<ContainerSpec, "entrypoint" | "command"> {
  const sameEntrypoint = isDeepStrictEqual(entrypoint, defaults.entrypoint);
  if (sameEntrypoint && isDeepStrictEqual(command, defaults.command)) return {};
  if (sameEntrypoint && command.length > 0) return { command };
  const [path, ...words] = entrypoint;
  const given = [...words, ...command];
  return { ...(path !== undefined && { entrypoint: path }), ...(given.length > 0 && { command: given }) };
}

const ownHostname = (live: LiveContainer) =>
  live.hostname === live.id.slice(0, 12) || live.networks.some(({ name }) => name === "host");

function fromSpec(spec: ContainerSpec, live: LiveContainer): Comparable {
  const { defaults } = live;
  const same = spec.image === live.image || live.repoDigests.includes(spec.image);
  return {
    ...common(spec),
    image: same ? live.image : spec.image,
    ...invocation(
      spec.entrypoint === undefined ? defaults.entrypoint : [spec.entrypoint],
      // Docker drops the image's command where the entrypoint is given.
      spec.command ?? (spec.entrypoint === undefined ? defaults.command : []),
    ),
    env: { ...defaults.env, ...spec.env },
    labels: { ...defaults.labels, ...spec.labels },
    stopSignal: spec.stopSignal === undefined ? defaults.stopSignal : signal(spec.stopSignal),
    hostname: spec.hostname ?? null,
    logRotation: spec.logRotation ?? null,
    cgroupNamespace: spec.cgroupNamespace ?? null,
  };
}

function fromLive(spec: ContainerSpec, live: LiveContainer): Comparable {
  return {
    ...common(live),
    image: live.image,
    ...invocation(live.entrypoint, live.command),
    env: live.env,
    labels: live.labels,
    stopSignal: live.stopSignal,
    hostname: spec.hostname === undefined && ownHostname(live) ? null : live.hostname,
    logRotation: spec.logRotation === undefined ? null : (live.logRotation ?? null),
    cgroupNamespace: spec.cgroupNamespace === undefined ? null : (live.cgroupNamespace ?? null),
  };
}

/** What is run with what; where Docker's two lists are split does not matter. */
function invocation([path, ...words]: readonly string[], command: readonly string[]) {
  return { entrypoint: path ?? null, command: [...words, ...command] };
}

function common(side: ContainerSpec | LiveContainer) {
  return {
    ports: sorted(
      side.ports.map(({ host, container, protocol, address }) => [container, protocol, host, address ?? ""]),
    ),
    volumes: sorted(side.volumes.map(({ source, target, readOnly }) => [target, source, readOnly])),
    networks: sorted(side.networks.map(({ name, address }) => [name, address ?? ""])),
    restart: side.restart,
    capabilities: [sorted(side.capabilities.add.map(capability)), sorted(side.capabilities.drop.map(capability))],
    privileged: side.privileged,
    tmpfs: side.tmpfs,
    securityOptions: sorted(side.securityOptions.map(securityOption)),
    memory: side.memory ?? null,
    running: side.running,
  };
}

function changesInPlace(field: ContainerField, spec: ContainerSpec, live: LiveContainer): boolean {
  if (field === "restart" || field === "running") return true;
  // Docker cannot take a limit off a container, only move it.
  if (field === "memory") return spec.memory !== undefined;
  if (field !== "networks") return false;
  const special = ({ name }: { name: string }) => name === "host" || name === "none";
  return !spec.networks.some(special) && !live.networks.some(special);
}

const sorted = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).sort();

function without(all: Record<string, string>, defaults: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([key, value]) => defaults[key] !== value));
}

function repeated(spec: Record<string, string>, live: Record<string, string>, own: Record<string, string>) {
  const kept = Object.keys(spec).flatMap((key) => (live[key] === undefined ? [] : [[key, live[key]] as const]));
  return { ...own, ...Object.fromEntries(kept) };
}
