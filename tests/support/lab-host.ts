import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../lib/host/connect";
import { connectionSchema, type SshConnection } from "../../lib/host/connection";
import type { Host } from "../../lib/host/host";
import { LEDGER_DIRECTORY } from "../../lib/host/ledger";
import { LocalHost } from "../../lib/host/local";
import { ensureLabImage } from "../../lib/lab/base-image";
import { cacheDirectory } from "../../lib/lab/cache";
import { ensureKeyPair } from "../../lib/lab/keys";
import { applyLabHost, type LabHostSpec, removeLabHost } from "../../lib/lab/lab-host";
import { ensureRegistryArchive, registryRecipe } from "../../lib/lab/registry-image";
import { inTurn, takePort } from "./turn";

export const local = new LocalHost();

/** A name and a subnet that no other test process on this machine has, as long as it is held. */
export interface Plot {
  name: string;
  /** An address on its subnet. */
  at(last: number): string;
  subnet: string;
  release(): Promise<void>;
}

const PLOTS = 20;
/** Whoever listens on the n-th port of these has the n-th plot: the kernel gives it back when a process dies. */
const PORTS = 17_260;

/** Takes a free plot, below 172.29.60.0 and on. */
export async function takePlot(): Promise<Plot> {
  for (let index = 0; index < PLOTS; index += 1) {
    const server = await takePort(PORTS + index);
    if (!server) continue;
    const name = `contract-${index}`;
    await clear(name);
    const at = (last: number) => `172.29.${60 + index}.${last}`;
    const release = () => new Promise<void>((done) => server.close(() => done()));
    return { name, at, subnet: `${at(0)}/24`, release };
  }
  throw new Error(`${PLOTS} test processes hold all plots. Try: end those that hang`);
}

/** What Docker has of a plot, this process's own or left by one that was killed. */
export async function standingOn(name: string): Promise<Record<"container" | "volume" | "network", string[]>> {
  const filter = `--filter=name=^/?${name}(-|$)`;
  const [container, volume, network] = await Promise.all([
    words(local, "docker", "ps", "--all", "--format={{.Names}}", filter),
    words(local, "docker", "volume", "ls", "--quiet", filter),
    words(local, "docker", "network", "ls", "--format={{.Name}}", filter),
  ]);
  return { container, volume, network };
}

/** Takes all of that away. */
export async function clear(name: string): Promise<void> {
  const { container, volume, network } = await standingOn(name);
  for (const each of container) await local.exec(["docker", "rm", "--force", "--volumes", each]);
  for (const each of volume) await local.exec(["docker", "volume", "rm", each]);
  for (const each of network) await local.exec(["docker", "network", "rm", each]);
  await dropMarks(name);
}

/** The ownership marks of what a plot had: one left by a killed process would make the next one's objects half done. */
async function dropMarks(name: string): Promise<void> {
  for (const file of await local.list(LEDGER_DIRECTORY)) {
    if (!/^[a-z].*\.json$/.test(file)) continue;
    const path = join(LEDGER_DIRECTORY, file);
    const { identity } = JSON.parse((await local.readFile(path))?.toString() ?? "{}") as { identity?: string };
    if (identity === name || identity?.startsWith(`${name}-`)) await local.removeFile(path);
  }
}

/** The image of lab hosts, made where this machine has it not. */
export const labImage = () => inTurn(() => ensureLabImage(local, cacheDirectory(), () => undefined));

/** The archive of the registry's image, likewise. */
export const registryArchive = () =>
  inTurn(async () => ensureRegistryArchive(local, cacheDirectory(), await registryRecipe(local), () => undefined));

/** A real lab host as the kinds on hosts meet it: by SSH, with a Docker of its own and no route out. */
export interface LabGround {
  connection: SshConnection;
  host: Host;
  /** The archive of the registry's image, and its ID. */
  image: { archive: string; image: string };
  remove(): Promise<void>;
}

let made: Promise<LabGround> | undefined;

/** The lab host of this test file, made when it is first asked for. */
export function labHost(): Promise<LabGround> {
  made ??= make();
  return made;
}

afterAll(async () => (await made)?.remove(), 60_000);

async function make(): Promise<LabGround> {
  const plot = await takePlot();
  const { name } = plot;
  const keys = await mkdtemp(join(tmpdir(), `${name}-`));
  const [hostKey, user] = await Promise.all(["host", "user"].map((each) => ensureKeyPair(local, keys, each)));
  if (!hostKey || !user) throw new Error("no keys");
  const spec: LabHostSpec = {
    ...{ name, hostname: name, hostKey, authorizedKeys: [user.publicKey] },
    image: (await labImage()).id,
    network: { name, subnet: plot.subnet, internal: true },
    address: plot.at(10),
    labels: { "openstack-site.test": name },
  };
  const remove = async () => {
    await removeLabHost(local, spec);
    await rm(keys, { recursive: true });
    await plot.release();
  };
  await applyLabHost(local, spec, () => undefined);
  const login = { kind: "ssh", name, address: spec.address, hostKey: hostKey.publicKey, keyFile: user.file };
  const connection = connectionSchema.parse(login) as SshConnection;
  const { path, id } = await registryArchive();
  return { connection, host: await connect(connection), image: { archive: path, image: id }, remove };
}

/** Words of a command's output. */
export async function words(host: Host, ...argv: string[]): Promise<string[]> {
  return (await host.exec(argv)).stdout.toString().split(/\s+/).filter(Boolean);
}
