import type { Host } from "../host/host";
import { inspect } from "./cli";
import type { ContainerSpec, ImageDefaults } from "./container-spec";
import { environment, type Image, inspectImage, NO_DEFAULTS, signal } from "./image";

/** A container as it stands: the same fields as the spec, with nothing left to defaults. */
export interface LiveContainer extends Omit<ContainerSpec, "entrypoint" | "command" | "stopSignal" | "hostname"> {
  id: string;
  /** "running", "restarting", "exited", … */
  state: string;
  /** Of the image's health check, where it has one. */
  health?: string;
  entrypoint: string[];
  command: string[];
  stopSignal: string;
  hostname: string;
  /** Names under which its image is known by digest. */
  repoDigests: string[];
  defaults: ImageDefaults;
}

interface Raw {
  Id: string;
  Name: string;
  Image: string;
  State: { Status: string; Running: boolean; Health?: { Status: string } };
  Config: {
    Hostname: string;
    Env: string[] | null;
    Cmd: string[] | null;
    Entrypoint: string[] | null;
    Labels: Record<string, string> | null;
    StopSignal?: string;
  };
  HostConfig: {
    PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null;
    RestartPolicy: { Name: string };
    LogConfig: { Config: Record<string, string> | null };
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    Privileged: boolean;
    Tmpfs?: Record<string, string> | null;
    SecurityOpt: string[] | null;
    MaskedPaths: string[] | null;
    ReadonlyPaths: string[] | null;
    CgroupnsMode?: string;
    Memory: number;
  };
  Mounts: { Type: string; Name?: string; Source: string; Destination: string; RW: boolean }[];
  NetworkSettings: { Networks: Record<string, { IPAMConfig: { IPv4Address?: string } | null }> | null };
}

/** The container of that exact name, or undefined where Docker says there is none. */
export async function inspectContainer(host: Host, name: string): Promise<LiveContainer | undefined> {
  const raw = await inspect<Raw>(host, "container", name);
  // Docker also answers to a prefix of an ID.
  if (raw?.Name !== `/${name}`) return undefined;
  return liveContainer(raw, await inspectImage(host, raw.Image));
}

/** Reads what `docker inspect` says. Pure. */
export function liveContainer(raw: Raw, image: Image | undefined): LiveContainer {
  const { Config: config, HostConfig: host } = raw;
  const defaults = image?.defaults ?? NO_DEFAULTS;
  return {
    id: raw.Id,
    name: raw.Name.slice(1),
    image: raw.Image,
    repoDigests: image?.repoDigests ?? [],
    defaults,
    state: raw.State.Status,
    running: raw.State.Running,
    ...(raw.State.Health && { health: raw.State.Health.Status }),
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    env: environment(config.Env),
    labels: config.Labels ?? {},
    stopSignal: signal(config.StopSignal),
    hostname: config.Hostname,
    ports: ports(host.PortBindings),
    volumes: volumes(raw.Mounts, defaults),
    networks: networks(raw),
    restart: (host.RestartPolicy.Name || "no") as ContainerSpec["restart"],
    logRotation: logRotation(host.LogConfig.Config),
    capabilities: { add: (host.CapAdd ?? []).map(capability), drop: (host.CapDrop ?? []).map(capability) },
    privileged: host.Privileged,
    tmpfs: host.Tmpfs ?? {},
    securityOptions: securityOptions(host),
    cgroupNamespace: (host.CgroupnsMode || undefined) as ContainerSpec["cgroupNamespace"],
    memory: host.Memory || undefined,
  };
}

export const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, "");
/** Older Docker writes option:value. */
export const securityOption = (option: string): string => option.replace(/^([a-z-]+):/, "$1=");

function ports(bindings: Raw["HostConfig"]["PortBindings"]): ContainerSpec["ports"] {
  return Object.entries(bindings ?? {}).flatMap(([key, binds]) => {
    const [container, protocol] = key.split("/");
    return (binds ?? []).map(({ HostIp, HostPort }) => ({
      host: Number(HostPort),
      container: Number(container),
      protocol: (protocol ?? "tcp") as "tcp" | "udp",
      ...(HostIp && { address: HostIp }),
    }));
  });
}

const ANONYMOUS = /^[0-9a-f]{64}$/;

function volumes(mounts: Raw["Mounts"], defaults: ImageDefaults): ContainerSpec["volumes"] {
  return mounts
    .filter(({ Type }) => Type === "volume" || Type === "bind")
    .filter(({ Name, Destination }) => !(ANONYMOUS.test(Name ?? "") && defaults.volumes.includes(Destination)))
    .map(({ Name, Source, Destination, RW }) => ({ source: Name ?? Source, target: Destination, readOnly: !RW }));
}

function networks({ NetworkSettings }: Raw): ContainerSpec["networks"] {
  return Object.entries(NetworkSettings.Networks ?? {}).map(([name, { IPAMConfig }]) => ({
    name,
    ...(IPAMConfig?.IPv4Address && { address: IPAMConfig.IPv4Address }),
  }));
}

function logRotation(options: Record<string, string> | null): ContainerSpec["logRotation"] {
  const maxSize = options?.["max-size"];
  return maxSize ? { maxSize, maxFiles: Number(options?.["max-file"] ?? 1) } : undefined;
}

function securityOptions(host: Raw["HostConfig"]): string[] {
  // The command line turns systempaths=unconfined into empty lists; privileged brings label=disable by itself.
  const open = host.MaskedPaths?.length === 0 && host.ReadonlyPaths?.length === 0;
  const given = (host.SecurityOpt ?? []).map(securityOption);
  return [
    ...given.filter((option) => !(host.Privileged && option === "label=disable")),
    ...(open ? ["systempaths=unconfined"] : []),
  ];
}
