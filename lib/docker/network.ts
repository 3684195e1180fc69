import { type Host, HostError } from "../host/host";
import { docker, inspect } from "./cli";

export interface NetworkSpec {
  name: string;
  /** CIDR, e.g. "172.30.0.0/24"; its first address is the host's. */
  subnet: string;
  /** No route out: containers reach the host and one another, nothing else. */
  internal: boolean;
  labels: Record<string, string>;
}

export interface Network extends NetworkSpec {
  id: string;
  /** Names of the containers on it, running or not. */
  containers: string[];
}

interface Raw {
  Id: string;
  Name: string;
  Internal: boolean;
  Labels: Record<string, string> | null;
  IPAM: { Config: { Subnet?: string }[] | null };
}

/** The network of that exact name, or undefined where Docker says there is none. */
export async function inspectNetwork(host: Host, name: string): Promise<Network | undefined> {
  const raw = await inspect<Raw>(host, "network", name);
  // Docker also answers to a prefix of an ID.
  if (raw?.Name !== name) return undefined;
  return {
    id: raw.Id,
    name,
    subnet: raw.IPAM.Config?.[0]?.Subnet ?? "",
    internal: raw.Internal,
    labels: raw.Labels ?? {},
    containers: await containersOn(host, name),
  };
}

/** Docker's own list leaves out those that are stopped, and would let their network go. */
async function containersOn(host: Host, network: string): Promise<string[]> {
  const argv = ["container", "ls", "--all", `--filter=network=${network}`, "--format={{.Names}}"];
  const names = await docker(host, argv, { what: `list containers on network ${network}` });
  return names?.split("\n").filter(Boolean) ?? [];
}

const underWay = new Map<string, Promise<unknown>>();

/**
 * Makes the bridge network; one that stands must be the same, for Docker cannot change a network. One at a time: the
 * hosts of a network are made at once, and Docker calls the second of two like networks an overlap.
 */
export async function ensureNetwork(host: Host, spec: NetworkSpec): Promise<Network> {
  const before = underWay.get(spec.name);
  const made = Promise.allSettled([before]).then(() => makeNetwork(host, spec));
  underWay.set(spec.name, made);
  return made;
}

async function makeNetwork(host: Host, spec: NetworkSpec): Promise<Network> {
  const standing = await inspectNetwork(host, spec.name);
  if (standing) return requireSame(host, spec, standing);
  const labels = Object.entries(spec.labels).map(([key, value]) => `--label=${key}=${value}`);
  const flags = ["--driver=bridge", `--subnet=${spec.subnet}`, ...(spec.internal ? ["--internal"] : []), ...labels];
  await docker(host, ["network", "create", ...flags, spec.name], {
    what: `create network ${spec.name}`,
    effect: `docker network create ${spec.name}`,
    known: [{ pattern: /overlaps|conflicts with network/i, hint: `choose another subnet than ${spec.subnet}` }],
  });
  return requireSame(host, spec, await inspectNetwork(host, spec.name));
}

function requireSame(host: Host, spec: NetworkSpec, standing: Network | undefined): Network {
  if (standing?.subnet === spec.subnet && standing.internal === spec.internal) return standing;
  const kind = (n: NetworkSpec | undefined) =>
    n ? `${n.subnet}${n.internal ? " without a route out" : ""}` : "absent";
  const message = `docker: network ${spec.name} is ${kind(standing)}, not ${kind(spec)}`;
  throw new HostError("failed", host.name, message, "remove that network, or choose another name or subnet");
}

/** Removes a network; absent is fine, one in use is refused with the containers on it. */
export async function removeNetwork(host: Host, name: string): Promise<void> {
  const standing = await inspectNetwork(host, name);
  if (!standing) return;
  if (standing.containers.length > 0) {
    const message = `docker: network ${name} is in use by ${standing.containers.join(", ")}`;
    throw new HostError("failed", host.name, message, "remove those containers first");
  }
  await docker(host, ["network", "rm", name], {
    what: `remove network ${name}`,
    effect: `docker network rm ${name}`,
    absent: /No such network|not found/i,
  });
}
