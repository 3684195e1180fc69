import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type ConfigSettings, renderConfig } from "../../lib/registry/config";
import { renderHtpasswd } from "../../lib/registry/htpasswd";
import type { Certificate } from "./certificate";
import { startServer } from "./server";
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
  const environment = { PATH: process.env["PATH"], ...env };
  const url = `${tls ? "https" : "http"}://${address}/v2/`;
  const clear = () => rm(etc, { recursive: true, force: true });
  const stop = await startServer(program, ["serve", config], url, environment).catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  return { address, close: () => stop().then(clear) };
}

/** A program that toolchain/ pins, built where the user's cache has it not. */
export async function goProgram(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)("scripts/go-module", [name], { cwd: resolve(__dirname, "../..") });
  return stdout.trim();
}
