import { createHash } from "node:crypto";
import { docker } from "../docker/cli";
import { applyContainer, createContainer, removeContainer, startContainer } from "../docker/container";
import { type ContainerDiff, diffContainer } from "../docker/container-diff";
import { inspectContainer, type LiveContainer } from "../docker/container-live";
import { type ContainerArgs, type ContainerSpec, containerSpecSchema } from "../docker/container-spec";
import { inspectImage } from "../docker/image";
import { ensureNetwork, inspectNetwork, type Network, removeNetwork } from "../docker/network";
import type { Host } from "../host/host";
import { writeTar } from "../oci/tar-writer";
import type { Report } from "../progress";
import { waitUntilReady } from "./lab-ready";
import { RECIPE_LABEL } from "./recipe";

export interface LabHostSpec {
  /** Of its container: one for each stack on a machine. */
  name: string;
  /** What the host calls itself. */
  hostname: string;
  /** ID of the lab image. */
  image: string;
  network: { name: string; subnet: string; internal: boolean };
  /** Its address on that network. */
  address: string;
  /** The host key, so that who connects knows it beforehand; and who may come in as root. */
  hostKey: { privateKey: string; publicKey: string };
  authorizedKeys: readonly string[];
  /** Directories of the machine that the host sees, and cannot write to. */
  disks?: readonly Disk[];
  labels: Record<string, string>;
}

/** As if it were carried over: `source` on the machine under the host, `target` on the host itself. */
export interface Disk {
  source: string;
  target: string;
}

/** What of the machine under it a lab host must fit. */
export interface LabMachine {
  /** CAP_SYS_RESOURCE cannot be granted, because this machine lacks it. */
  lacksSysResource: boolean;
}

export interface LabHost {
  container: LiveContainer;
  network: Network | undefined;
  diff: ContainerDiff;
  /** Digest of the recipe its image was made from, where the image tells. */
  recipe: string | undefined;
}

const CAP_SYS_RESOURCE = 24n;

export async function inspectMachine(host: Host): Promise<LabMachine> {
  const { stdout } = await host.exec(["grep", "^CapBnd:", "/proc/self/status"]);
  const bounding = BigInt(`0x${stdout.toString().split(/\s+/)[1]}`);
  return { lacksSysResource: ((bounding >> CAP_SYS_RESOURCE) & 1n) === 0n };
}

/** The lab host as it stands, and what separates it from its spec; of its image the recipe counts, not the ID. */
export async function inspectLabHost(host: Host, spec: LabHostSpec): Promise<LabHost | undefined> {
  const container = await inspectContainer(host, spec.name);
  if (!container) return undefined;
  const wanted = labContainer({ ...spec, image: container.image }, await inspectMachine(host));
  return {
    container,
    recipe: container.defaults.labels[RECIPE_LABEL],
    diff: diffContainer(wanted, container),
    network: await inspectNetwork(host, spec.network.name),
  };
}

/** Brings a lab host to its spec and waits until it is ready. Its Docker's images and volumes stay where it is remade. */
export async function applyLabHost(host: Host, spec: LabHostSpec, onProgress: Report): Promise<void> {
  const standing = await inspectLabHost(host, spec);
  await ensureNetwork(host, { ...spec.network, labels: spec.labels });
  if (standing && (await mayStay(host, spec, standing))) {
    const machine = await inspectMachine(host);
    await applyContainer(host, labContainer({ ...spec, image: standing.container.image }, machine), standing.container);
  } else {
    await makeLabHost(host, spec);
  }
  await waitUntilReady(host, spec.name, onProgress);
}

/** Whether the standing host becomes what its spec says without being remade. */
export async function mayStay(
  host: Host,
  spec: LabHostSpec,
  { container, diff, network, recipe }: LabHost,
): Promise<boolean> {
  // One never started may lack its keys, for a stop between the two steps leaves it so.
  if (container.state === "created" || diff.recreate.length > 0) return false;
  // Docker holds a container to the very network it was made on, not to one of the same name.
  if (!network) return false;
  const image = await inspectImage(host, spec.image);
  return container.image === spec.image || (recipe !== undefined && recipe === image?.defaults.labels[RECIPE_LABEL]);
}

async function makeLabHost(host: Host, spec: LabHostSpec): Promise<void> {
  const machine = await inspectMachine(host);
  await removeContainer(host, spec.name);
  await createContainer(host, labContainer(spec, machine));
  await putFiles(host, spec, machine);
  await startContainer(host, spec);
}

/** Removes a lab host with its Docker's data, and its network when no other host is on it. */
export async function removeLabHost(
  host: Host,
  { name, network }: Pick<LabHostSpec, "name" | "network">,
): Promise<void> {
  await removeContainer(host, name, [dockerVolume(name)]);
  const left = await inspectNetwork(host, network.name);
  if (left?.containers.length === 0) await removeNetwork(host, network.name);
}

const dockerVolume = (name: string) => `${name}-docker`;
const DOCKER_DATA = "/var/lib/docker";
const CGROUP = "/sys/fs/cgroup";

/** The disks of a lab host that stands. */
export function disksOf({ volumes }: LiveContainer): Disk[] {
  const carried = volumes.filter(({ target }) => target !== DOCKER_DATA && target !== CGROUP);
  return carried.map(({ source, target }) => ({ source, target }));
}

/** The container a lab host is: systemd as its first process, sshd and its own Docker below. Pure. */
export function labContainer(spec: LabHostSpec, machine: LabMachine): ContainerSpec {
  const keys = createHash("sha256")
    .update([spec.hostKey.publicKey, ...spec.authorizedKeys].join("\n"))
    .digest("hex");
  return containerSpecSchema.parse({
    name: spec.name,
    image: spec.image,
    hostname: spec.hostname,
    networks: [{ name: spec.network.name, address: spec.address }],
    // With other keys it is another host.
    labels: { ...spec.labels, "openstack-site.keys": keys },
    restart: "unless-stopped",
    capabilities: { add: ["ALL"], drop: machine.lacksSysResource ? ["SYS_RESOURCE"] : [] },
    securityOptions: ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"],
    cgroupNamespace: "host",
    stopSignal: "RTMIN+3",
    tmpfs: { "/run": "", "/run/lock": "", "/tmp": "exec" },
    volumes: [
      { source: dockerVolume(spec.name), target: DOCKER_DATA },
      { source: CGROUP, target: CGROUP },
      ...(spec.disks ?? []).map((disk) => ({ ...disk, readOnly: true })),
    ],
  } satisfies ContainerArgs);
}

/** Keys and settings, put in before the first start, over standard input: no secret in argv or on disk here. */
async function putFiles(host: Host, spec: LabHostSpec, { lacksSysResource }: LabMachine): Promise<void> {
  const options = "--add-runtime lab-runc=/usr/local/sbin/lab-runc --default-runtime lab-runc";
  const files = writeTar([
    { path: "etc/ssh/ssh_host_ed25519_key", mode: "0600", content: spec.hostKey.privateKey },
    { path: "etc/ssh/ssh_host_ed25519_key.pub", content: `${spec.hostKey.publicKey}\n` },
    { path: "root", mode: "0700" },
    { path: "root/.ssh", mode: "0700" },
    { path: "root/.ssh/authorized_keys", mode: "0600", content: `${spec.authorizedKeys.join("\n")}\n` },
    ...(lacksSysResource ? [{ path: "etc/default/docker", content: `DOCKER_OPTS="${options}"\n` }] : []),
  ]);
  const what = `put keys into lab host ${spec.name}`;
  await docker(host, ["cp", "-", `${spec.name}:/`], { what, effect: what, input: files });
}
