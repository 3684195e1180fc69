import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface RegistryOptions {
  deletes?: boolean;
  /** Turns basic authentication on, for this user and password. */
  login?: boolean;
}

export interface TestRegistry {
  address: string;
  close(): Promise<void>;
}

export const LOGIN = { username: "tester", password: "open sesame" };
// bcrypt of LOGIN.password: the only hash the registry takes, and Node has none.
const HTPASSWD = `${LOGIN.username}:$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy\n`;
const START_MS = 15_000;

/** Runs Debian's docker-registry on a loopback port over a directory of its own, both gone after close(). */
export async function startRegistry({ deletes = true, login = false }: RegistryOptions = {}): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), "openstack-site-registry-"));
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, "data") }, delete: { enabled: deletes } },
    http: { addr: address },
    ...(login ? { auth: { htpasswd: { realm: "test", path: join(directory, "htpasswd") } } } : {}),
  };
  await writeFile(join(directory, "htpasswd"), HTPASSWD);
  // JSON is YAML.
  await writeFile(join(directory, "config.yml"), JSON.stringify(config));
  const child = spawn("docker-registry", ["serve", join(directory, "config.yml")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const close = async () => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  await answers(child, address).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { address, close };
}

async function answers(child: ChildProcess, address: string): Promise<void> {
  let output = "";
  let ended: string | undefined;
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.once("error", (error) => {
    ended = `${error.message}. Try: apt-get install docker-registry`;
  });
  child.once("exit", (code) => {
    ended ??= `it ended with code ${code}: ${output.slice(-1000)}`;
  });
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(20)) {
    if (ended !== undefined) throw new Error(`docker-registry does not start: ${ended}`);
    const up = await fetch(`http://${address}/v2/`).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (up) return;
  }
  throw new Error(`docker-registry does not answer at ${address} after ${START_MS} ms: ${output.slice(-1000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
