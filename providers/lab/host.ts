import { basename, dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { StoodBefore } from "../../lib/docker/adoption";
import { connectionSchema } from "../../lib/host/connection";
import type { Disk, LabHost, LabHostSpec } from "../../lib/lab/lab-host";
import { progressLines } from "../../lib/progress";
import { onHost } from "../host/on-host";
import { type Context, defineResource } from "../resource";

const path = z.string().regex(/^(\/[^/:\0]+)+$/, "an absolute path without a colon");

const schema = z.object({
  /** The machine whose Docker runs it. */
  host: connectionSchema,
  /** Its name; its container has the network's before it. */
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "a host name of lower-case letters, digits and dashes"),
  /** The bridge it is on; `internal` has no route out. */
  network: z.strictObject({ name: z.string().min(1), subnet: z.cidrv4(), internal: z.boolean().default(true) }),
  address: z.ipv4(),
  /** Private host key beside the program; the key itself never enters the state. */
  hostKeyFile: z.string().min(1),
  /** Public keys that may come in as root. */
  authorizedKeys: z.array(z.string().min(1)).min(1),
  /** Directories of that machine which the host sees and cannot write to: the disk that is carried over the gap. */
  disks: z.array(z.strictObject({ source: path, target: path })).default([]),
  /** Digest of the recipe its system is made from: another recipe makes another host. */
  recipe: z.string().min(1),
  running: z.literal(true).default(true),
});

type Host_ = z.output<typeof schema>;

/** The network is a stack's own, so that two stacks on one machine may each have a host of that name. */
const containerName = ({ network, name }: Pick<Host_, "network" | "name">): string => `${network.name}-${name}`;

/** A lab host: a container with systemd, sshd and a Docker of its own, made from Debian packages without any registry. */
export class Host extends defineResource({
  kind: "lab:Host",
  schema,
  outputs: z.object({ containerId: z.string() }),
  ...onHost,
  identity: (lab) => containerName(lab),

  async observe(lab, context) {
    const { disksOf, inspectLabHost } = await import("../../lib/lab/lab-host");
    const { labImageTag } = await import("../../lib/lab/base-image");
    const { inspectImage } = await import("../../lib/docker/image");
    const machine = await context.connect(lab.host);
    const image = await inspectImage(machine, labImageTag());
    const live = await inspectLabHost(machine, await specOf(lab, image?.id ?? "", context));
    if (!live) return undefined;
    const args = liveArguments(lab, live, disksOf(live.container));
    return { args, outputs: { containerId: live.container.id } };
  },

  async apply(lab, _observed, context, { before }) {
    const { applyLabHost, inspectLabHost, mayStay } = await import("../../lib/lab/lab-host");
    const { canStay, setAside } = await import("../../lib/docker/adoption");
    const { ensureLabImage } = await import("../../lib/lab/base-image");
    const { cacheDirectory } = await import("../../lib/lab/cache");
    const machine = await context.connect(lab.host);
    const onProgress = progressLines(context.progress);
    const image = await ensureLabImage(machine, cacheDirectory(), onProgress);
    const spec = await specOf(lab, image.id, context);
    const stood = before as StoodBefore | null;
    const standing = stood && (await inspectLabHost(machine, spec));
    if (standing?.container.id === stood?.id && standing && stood) {
      const stays = canStay(standing.diff) && (await mayStay(machine, spec, standing));
      if (!stays) await setAside(machine, spec.name, stood);
    }
    await applyLabHost(machine, spec, onProgress);
    const { forgetNamed } = await import("../../lib/host/connect");
    await forgetNamed(lab.name);
    const live = await inspectLabHost(machine, spec);
    return { containerId: live?.container.id ?? "" };
  },

  async remember(lab, _observed, context) {
    const { inspectContainer } = await import("../../lib/docker/container-live");
    const { stoodBefore } = await import("../../lib/docker/adoption");
    const machine = await context.connect(lab.host);
    const live = await inspectContainer(machine, containerName(lab));
    return live ? stoodBefore(machine, live) : null;
  },

  async remove(lab, before, context) {
    const { handBack } = await import("../../lib/docker/adoption");
    const { removeLabHost } = await import("../../lib/lab/lab-host");
    const machine = await context.connect(lab.host);
    const name = containerName(lab);
    const removeOurs = () => removeLabHost(machine, { name, network: lab.network });
    await (before === null ? removeOurs() : handBack(machine, name, before as StoodBefore, removeOurs));
  },
}) {}

async function specOf(lab: Host_, image: string, context: Context): Promise<LabHostSpec> {
  const { ensureKeyPair } = await import("../../lib/lab/keys");
  const local = await context.connect({ kind: "local", name: "localhost" });
  const file = resolve(lab.hostKeyFile);
  const hostKey = await ensureKeyPair(local, dirname(file), basename(file));
  const { name: hostname, network, address, authorizedKeys, disks } = lab;
  return {
    name: containerName(lab),
    hostname,
    image,
    network,
    address,
    hostKey,
    authorizedKeys,
    disks,
    labels: { "openstack-site.kind": "lab:Host" },
  };
}

/** Where each difference of the container shows among the arguments. */
function liveArguments(lab: Host_, { container, diff, network }: LabHost, disks: Disk[]): Partial<Host_> {
  const recipe = container.defaults.labels["openstack-site.recipe"] ?? "unknown";
  const { inPlace, recreate } = diff;
  const others = !isDeepStrictEqual(byTarget(disks), byTarget(lab.disks));
  const told = ["image", "labels", "networks", ...(others ? ["volumes"] : [])];
  const remade = recreate.filter((field) => !told.includes(field));
  return {
    ...(others && { disks }),
    ...(container.running ? {} : { running: false as unknown as true }),
    recipe: remade.length > 0 ? `changed by hand: ${remade.join(", ")}` : recipe,
    ...(recreate.includes("labels") && { authorizedKeys: [] }),
    ...([...inPlace, ...recreate].includes("networks") && { address: container.networks[0]?.address ?? "none" }),
    network: { ...lab.network, subnet: network?.subnet ?? "none", internal: network?.internal ?? lab.network.internal },
  };
}

const byTarget = (disks: readonly Disk[]): Disk[] => disks.toSorted((a, b) => (a.target < b.target ? -1 : 1));
