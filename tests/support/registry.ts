import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Agent, request } from "undici";
import { type ConfigSettings, renderConfig } from "../../lib/registry/config";
import { renderHtpasswd } from "../../lib/registry/htpasswd";
import type { Certificate } from "./certificate";
import { freePort } from "./sshd";

export interface RegistryOptions extends Omit<ConfigSettings, "users" | "tls"> {
  version?: 2 | 3;
  /** Turns basic authentication on, for this user and password. */
  login?: boolean;
  tls?: Certificate;
  env?: Record<string, string>;
}

export interface TestRegistry {
  address: string;
  close(): Promise<void>;
}

export const LOGIN = { username: "tester", password: "open sesame" };
const START_MS = 15_000;

/** Runs a registry as the site configures it on a loopback port, over a directory of its own; both gone after close(). */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const { version = 2, login, tls, env, ...settings } = options;
  const program = version === 2 ? "docker-registry" : await goProgram("registry");
  const etc = await mkdtemp(join(tmpdir(), "openstack-site-registry-"));
  const address = `127.0.0.1:${await freePort()}`;
  const users = login ? [LOGIN] : undefined;
  const whole = { ...settings, users, tls: tls && { certificate: tls.file, key: tls.key } };
  const config = join(etc, "config.yml");
  await writeFile(config, renderConfig(whole, { listen: address, data: join(etc, "data"), etc }));
  if (users) await writeFile(join(etc, "htpasswd"), await renderHtpasswd(users, "test"));
  if (tls) await Promise.all([writeFile(join(etc, "tls.crt"), tls.pem), writeFile(join(etc, "tls.key"), tls.key)]);
  // Of this process's environment nothing else: proxies and authorities named there are none of a site's.
  const child = spawn(program, ["serve", config], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], ...env },
  });
  const close = async () => {
    await end(child);
    await rm(etc, { recursive: true, force: true });
  };
  await answers(child, `${tls ? "https" : "http"}://${address}/v2/`).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { address, close };
}

/** A program that toolchain/ pins, built where the user's cache has it not. */
export async function goProgram(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)("scripts/go-module", [name], { cwd: resolve(__dirname, "../..") });
  return stdout.trim();
}

/** Waits until a child process answers at a URL; an error where it ends before, with its last words. */
export async function answers(child: ChildProcess, url: string): Promise<void> {
  let output = "";
  let ended: string | undefined;
  child.stderr?.on("data", (chunk: Buffer) => {
    output = `${output}${chunk}`.slice(-2000);
  });
  child.once("error", (error) => {
    ended = `${error.message}. Try: apt-get install docker-registry`;
  });
  child.once("exit", (code) => {
    ended ??= `it ended with code ${code}: ${output}`;
  });
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(20)) {
    if (ended !== undefined) throw new Error(`${child.spawnfile} does not start: ${ended}`);
    if (await up(url)) return;
  }
  throw new Error(`${child.spawnfile} does not answer at ${url} after ${START_MS} ms: ${output}`);
}

/** Whether anything but a failure of the server comes back; its certificate is not this one's to judge. */
async function up(url: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  return request(url, { dispatcher })
    .then(
      ({ statusCode }) => statusCode < 500,
      () => false,
    )
    .finally(() => dispatcher.destroy());
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}
