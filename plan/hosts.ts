import { resolve } from "node:path";
import type { Connection } from "../lib/host/connection";
import { LocalHost } from "../lib/host/local";
import { ensureKeyPair } from "../lib/lab/keys";
import type { Disk } from "../lib/lab/lab-host";
import { labRecipe, recipeDigest } from "../lib/lab/recipe";

export interface LabSite {
  network: { subnet: string; internal: boolean };
  hosts: Record<string, { address: string; disks?: Disk[] | undefined }>;
}

/** A lab host as it should be; everything is known before it is made, its host key included. */
export interface PlannedLabHost {
  network: { name: string; subnet: string; internal: boolean };
  address: string;
  hostKeyFile: string;
  authorizedKeys: string[];
  disks?: Disk[];
  recipe: string;
}

/** The way to a host that exists; its name is its key in the stack file. */
export type Way = DistributiveOmit<Connection, "name">;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface PlannedHost {
  connection: Connection;
  /** Present where this stack makes the host. */
  lab?: PlannedLabHost;
}

/**
 * Every host by name. The lab's host keys are made here, beside the state, because a key that is known beforehand is
 * what lets the first connection be verified.
 */
export async function planHosts(
  { hosts, lab }: { hosts: Record<string, Way>; lab?: LabSite | undefined },
  keys: string,
  network: string,
): Promise<Record<string, PlannedHost>> {
  const existing = Object.entries(hosts).map(([name, connection]) => [name, { connection: { ...connection, name } }]);
  const made = await planLab(lab, keys, network);
  return Object.fromEntries([...existing, ...made]) as Record<string, PlannedHost>;
}

async function planLab(lab: LabSite | undefined, keys: string, network: string): Promise<[string, PlannedHost][]> {
  if (!lab) return [];
  const local = new LocalHost("localhost");
  const operator = await ensureKeyPair(local, resolve(keys), "operator");
  const recipe = recipeDigest(labRecipe);
  const plan = async (name: string, { address, disks }: LabSite["hosts"][string]): Promise<[string, PlannedHost]> => {
    const hostKey = await ensureKeyPair(local, resolve(keys), name);
    const login = { address, port: 22, user: "root", hostKey: hostKey.publicKey, keyFile: `${keys}/operator` };
    const connection: Connection = { kind: "ssh", name, ...login, sudo: false, dormant: false };
    const planned = { network: { name: network, ...lab.network }, address, hostKeyFile: `${keys}/${name}`, recipe };
    const carried = disks ? { disks } : {};
    return [name, { connection, lab: { ...planned, authorizedKeys: [operator.publicKey], ...carried } }];
  };
  return Promise.all(Object.entries(lab.hosts).map(([name, host]) => plan(name, host)));
}
