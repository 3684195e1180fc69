import { setTimeout } from "node:timers/promises";
import type { Connection, Login, SshConnection } from "./connection";
import { type Host, HostError } from "./host";
import type { Link } from "./link";
import { LocalHost } from "./local";

interface Entry {
  host: Host;
  link?: Link;
}

const entries = new Map<string, Promise<Entry>>();
const jumps = new Map<string, Promise<Link>>();

/**
 * The host behind a connection, one per process. A connection that failed is remembered, so that all resources of a dead
 * host fail at once after one attempt; `forget` and `waitReachable` are for whoever just brought the host up.
 */
export async function connect(connection: Connection): Promise<Host> {
  if (connection.kind === "ssh" && connection.dormant) {
    const hint = "take `dormant` off its connection once it is on";
    throw new HostError("dormant", connection.name, `${connection.name} is declared dormant and was not asked`, hint);
  }
  const { host, link } = await entry(connection);
  await link?.open();
  return host;
}

/** Lets the next call ask the host anew. */
export async function forget(connection: Connection): Promise<void> {
  const found = entries.get(canonical(connection));
  entries.delete(canonical(connection));
  const link = (await found)?.link;
  link?.forget();
  await link?.close();
}

/** The same by name, for who brought a host up without knowing the ways to it. */
export async function forgetNamed(name: string): Promise<void> {
  const named = [...entries.keys()].map((key) => JSON.parse(key) as Connection).filter((known) => known.name === name);
  await Promise.all(named.map(forget));
}

/** Waits for a host that is starting. A changed host key is final; anything else may settle while it boots. */
export async function waitReachable(connection: Connection, milliseconds: number): Promise<Host> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    await forget(connection);
    try {
      return await connect(connection);
    } catch (error) {
      const final = !(error instanceof HostError) || error.code === "host-key" || error.code === "dormant";
      if (final || Date.now() + 500 > deadline) throw error;
    }
    await setTimeout(500);
  }
}

/** Ends every connection of this process. */
export async function closeAll(): Promise<void> {
  const open = await Promise.all(entries.values());
  const ways = await Promise.all(jumps.values());
  entries.clear();
  jumps.clear();
  await Promise.all(open.map(({ host }) => host.close()));
  await Promise.all(ways.map((link) => link.close()));
}

function entry(connection: Connection): Promise<Entry> {
  return once(entries, canonical(connection), async () =>
    connection.kind === "local" ? { host: new LocalHost(connection.name) } : overSsh(connection),
  );
}

/** ssh2 is loaded by the first SSH host only: programs without one start faster. */
async function overSsh(connection: SshConnection): Promise<Entry> {
  const [{ Link }, { SshHost }] = await Promise.all([import("./link"), import("./ssh")]);
  const { jump } = connection;
  const via = jump && (await once(jumps, canonical(jump), async () => new Link(`jump host ${jump.address}`, jump)));
  const link = new Link(connection.name, connection, via);
  return { host: new SshHost(connection, link), link };
}

function once<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = map.get(key) ?? make();
  map.set(key, made);
  return made;
}

function canonical(value: Connection | Login): string {
  const sorted = (_key: string, part: unknown) =>
    part && typeof part === "object" ? Object.fromEntries(Object.entries(part).sort()) : part;
  return JSON.stringify(value, sorted);
}
