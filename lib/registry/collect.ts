import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "../docker/cli";
import { createContainer } from "../docker/container";
import { inspectContainer, type LiveContainer } from "../docker/container-live";
import type { ContainerSpec } from "../docker/container-spec";
import { type Host, HostError } from "../host/host";
import type { RegistryClient } from "../oci/client";
import { RegistryError } from "../oci/registry-error";
import { assertStanding, type Kept, protect, survey } from "../oci/survey";
import { type Cast, type Collected, collectInWindow, restoreServing } from "./window";

export interface Collection {
  /** Name of the container that serves. */
  container: string;
  /** Path of the registry's configuration, inside the container. */
  config: string;
  /** Manifests that stay although nothing names them. */
  keep: readonly Kept[];
}

const ROUNDS = 3;
const START_MS = 60_000;

/**
 * Removes from a registry what no tag and no list needs. It answers pulls meanwhile and refuses pushes. What a list
 * needs gets a tag first; a list that is pushed between that and the window ends the window, and all begins anew.
 */
export async function collectGarbage(
  host: Host,
  client: RegistryClient,
  { container, config, keep }: Collection,
  { signal, progress }: { signal: AbortSignal; progress(line: string): void },
): Promise<Collected> {
  const named = (part: string) => ({ name: part === "serving" ? container : `${container}-${part}` });
  const cast: Cast = { serving: named("serving"), standIn: named("read-only"), collector: named("collector") };
  await restoreServing(host, cast);
  const live = await inspectContainer(host, container);
  if (!live?.running) {
    throw new HostError("missing", host.name, `no container ${container} runs there`, "start the registry first");
  }
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress("looking at every list");
    const found = await survey(client, keep, signal);
    // A collector fails where nothing was ever pushed.
    if (found.length === 0) return { bytes: 0, blobs: 0, manifests: 0 };
    await protect(client, found, signal);
    const volumes = await createCast(host, live, cast, config);
    const mayCollect = async () => {
      await answers(client, signal);
      progress("read-only while garbage is collected");
      return (await survey(client, keep, signal)).every(({ unprotected }) => unprotected.length === 0);
    };
    const collected = await collectInWindow(host, cast, volumes, mayCollect, signal);
    await answers(client, signal);
    if (!collected) continue;
    await assertStanding(client, found, signal);
    return collected;
  }
  throw new Error(`lists were pushed to ${client.address} ${ROUNDS} times before their images could be kept`);
}

/** Makes the stand-in and the collector, alike but for what they do; answers where the data is on the host. */
async function createCast(host: Host, live: LiveContainer, cast: Cast, config: string): Promise<string[]> {
  // The name it has by default is its ID.
  const { entrypoint: whole, hostname: _hostname, ...spec } = live;
  const [entrypoint, ...rest] = whole;
  const mounts = await mountsOf(host, live.name);
  const alike: ContainerSpec = {
    ...{ ...spec, labels: {}, restart: "no" },
    ...(entrypoint !== undefined && { entrypoint }),
    volumes: mounts.map(({ Name, Source, Destination, RW }) => ({
      ...{ source: Name || Source, target: Destination, readOnly: !RW },
    })),
  };
  const env = { ...spec.env, REGISTRY_STORAGE_MAINTENANCE_READONLY: '{"enabled":true}' };
  await createContainer(host, { ...alike, ...cast.standIn, env, command: [...rest, ...live.command] });
  await createContainer(host, {
    ...{ ...alike, ...cast.collector, ports: [], networks: spec.networks.map(({ name }) => ({ name })) },
    command: [...rest, "garbage-collect", "--delete-untagged", config],
  });
  return mounts.filter(({ RW }) => RW).map(({ Source }) => Source);
}

type Mount = Record<"Name" | "Source" | "Destination", string> & { RW: boolean };

/** Every mount, those of anonymous volumes too. */
async function mountsOf(host: Host, name: string): Promise<Mount[]> {
  const raw = await inspect<{ Mounts: (Mount & { Type: string })[] }>(host, "container", name);
  return (raw?.Mounts ?? []).filter(({ Type }) => Type === "volume" || Type === "bind");
}

/** Waits until the registry answers again, after one container took over from another. */
async function answers(client: RegistryClient, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + START_MS; ; await sleep(100, undefined, { signal })) {
    try {
      return void (await client.request({ method: "GET", path: "", accept: [200], attempts: 1, signal }));
    } catch (error) {
      if (!(error instanceof RegistryError && error.temporary) || Date.now() > deadline) throw error;
    }
  }
}
