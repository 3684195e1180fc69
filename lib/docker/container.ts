import { type Host, HostError } from "../host/host";
import { docker, type Known } from "./cli";
import { createArguments } from "./container-arguments";
import { type ContainerDiff, diffContainer } from "./container-diff";
import { inspectContainer, type LiveContainer } from "./container-live";
import type { ContainerSpec } from "./container-spec";
import { inspectImage } from "./image";

const START: readonly Known[] = [
  {
    pattern: /port is already allocated|address already in use/i,
    hint: "another process listens on that port of the host: free it, or choose another `ports[].host`",
  },
  { pattern: /network .* not found/i, hint: "create the network first, or name one that exists in `networks`" },
];
const CREATE: readonly Known[] = [
  { pattern: /No such image|not found: manifest/i, hint: "load the image on the host, or pull it by digest, first" },
  { pattern: /is already in use by container/i, hint: "remove that container, or adopt it" },
  ...START,
];

/** Brings a container to its spec, doing only the difference. May be run again after a stop at any point. */
export async function applyContainer(
  host: Host,
  spec: ContainerSpec,
  live: LiveContainer | undefined,
): Promise<LiveContainer> {
  const diff: ContainerDiff = live ? diffContainer(spec, live) : { inPlace: [], recreate: [] };
  if (!live || diff.recreate.length > 0) {
    // Before the old one goes: a missing image must not cost the service that runs.
    await requireImage(host, spec);
    if (live) await removeContainer(host, spec.name);
    await createContainer(host, spec);
    if (spec.running) await startContainer(host, spec);
  } else {
    await updateContainer(host, spec, live, diff);
  }
  const now = await inspectContainer(host, spec.name);
  if (!now) throw new HostError("failed", host.name, `docker: container ${spec.name} vanished after it was made`);
  return now;
}

/** Fails, with what to do, where the host lacks the image. */
export async function requireImage(host: Host, { name, image }: ContainerSpec): Promise<void> {
  if (await inspectImage(host, image)) return;
  const hint = "load the image on the host, or pull it by digest, first";
  throw new HostError("failed", host.name, `docker: container ${name}: no image ${image} on ${host.name}`, hint);
}

/** Makes the container without starting it. */
export async function createContainer(host: Host, spec: ContainerSpec): Promise<void> {
  const env = Object.entries(spec.env).map(([key, value]) => `${key}=${value}\n`);
  await docker(host, createArguments(spec), {
    what: `create container ${spec.name}`,
    effect: `docker create ${spec.name}`,
    known: CREATE,
    ...(env.length > 0 && { input: env.join("") }),
  });
  for (const network of spec.networks.slice(1)) await connect(host, spec.name, network);
}

/** Starts a container; one that has ended by the time Docker answers is reported with its last lines. */
export async function startContainer(host: Host, { name }: Pick<ContainerSpec, "name">): Promise<void> {
  await docker(host, ["start", name], {
    what: `start container ${name}`,
    effect: `docker start ${name}`,
    known: START,
  });
  const live = await inspectContainer(host, name);
  if (live?.state !== "running") throw await ended(host, name, live?.state ?? "gone");
}

/** What a program that cannot do its work needs to find that out and end. */
const WATCHED_SECONDS = "2";

/** Watches a container that was just started; one that ends, or that Docker had to start again, is reported. */
export async function watchStart(host: Host, name: string): Promise<void> {
  await host.exec(["timeout", WATCHED_SECONDS, "docker", "wait", name], { accept: [0, 1, 124] });
  const what = `inspect container ${name}`;
  const said = await docker(host, ["inspect", "--format", "{{.State.Status}} {{.RestartCount}}", name], { what });
  const [state = "gone", restarts] = (said ?? "").trim().split(" ");
  if (state !== "running" || restarts !== "0") throw await ended(host, name, state);
}

async function ended(host: Host, name: string, state: string): Promise<HostError> {
  const { stdout, stderr } = await host.exec(["docker", "logs", "--tail", "20", name], { accept: [0, 1] });
  const lines = `${stdout}${stderr}`.trim().slice(-3000);
  return new HostError("failed", host.name, `docker: container ${name} is ${state} after its start:\n${lines}`);
}

/** Restarts a container that runs but no longer does its work. */
export async function restartContainer(host: Host, name: string): Promise<void> {
  await docker(host, ["restart", name], {
    what: `restart container ${name}`,
    effect: `docker restart ${name}`,
    known: START,
  });
}

async function updateContainer(host: Host, spec: ContainerSpec, live: LiveContainer, { inPlace }: ContainerDiff) {
  const { name } = spec;
  const flags = [
    ...(inPlace.includes("restart") ? [`--restart=${spec.restart}`] : []),
    ...(inPlace.includes("memory") ? [`--memory=${spec.memory}`, `--memory-swap=${spec.memory}`] : []),
  ];
  if (flags.length > 0) {
    await docker(host, ["update", ...flags, name], {
      what: `update container ${name}`,
      effect: `docker update ${name}`,
    });
  }
  if (inPlace.includes("networks")) await updateNetworks(host, spec, live);
  if (!inPlace.includes("running")) return;
  if (spec.running) await startContainer(host, spec);
  else await docker(host, ["stop", name], { what: `stop container ${name}`, effect: `docker stop ${name}` });
}

async function updateNetworks(host: Host, { name, networks }: ContainerSpec, live: LiveContainer): Promise<void> {
  const key = (n: { name: string; address?: string | undefined }) => `${n.name} ${n.address ?? ""}`;
  const wanted = new Set(networks.map(key));
  const standing = new Set(live.networks.map(key));
  for (const network of live.networks.filter((n) => !wanted.has(key(n)))) {
    const what = `disconnect container ${name} from network ${network.name}`;
    await docker(host, ["network", "disconnect", network.name, name], { what, effect: `docker ${what}` });
  }
  for (const network of networks.filter((n) => !standing.has(key(n)))) await connect(host, name, network);
}

async function connect(host: Host, name: string, network: ContainerSpec["networks"][number]): Promise<void> {
  const what = `connect container ${name} to network ${network.name}`;
  const address = network.address ? [`--ip=${network.address}`] : [];
  const argv = ["network", "connect", ...address, network.name, name];
  await docker(host, argv, { what, effect: `docker ${what}`, known: START });
}

/** Removes a container, running or not, and its anonymous volumes. Named volumes stay but for those listed. */
export async function removeContainer(host: Host, name: string, deleteVolumes: readonly string[] = []): Promise<void> {
  const what = `remove container ${name}`;
  if (await inspectContainer(host, name)) {
    // A stop first: what runs in it gets its signal, and the time to write down what it holds.
    await docker(host, ["stop", name], {
      what: `stop container ${name}`,
      effect: `docker stop ${name}`,
      absent: /No such container/i,
    });
    await docker(host, ["rm", "--force", "--volumes", name], {
      what,
      effect: `docker rm ${name}`,
      absent: /No such container/i,
    });
  }
  for (const volume of deleteVolumes) {
    await docker(host, ["volume", "rm", volume], {
      what: `remove volume ${volume}`,
      effect: `docker volume rm ${volume}`,
      absent: /no such volume/i,
      known: [{ pattern: /volume is in use/i, hint: "remove the container that still mounts the volume first" }],
    });
  }
}
