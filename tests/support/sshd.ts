import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type ConnectionArgs, connectionSchema, type Login, type SshConnection } from "../../lib/host/connection";

export interface Sshd {
  directory: string;
  port: number;
  hostKey: string;
  keyFile: string;
  pid: number;
  connection(changes?: Partial<Extract<ConnectionArgs, { kind: "ssh" }>>): SshConnection;
  login(): Login;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A real OpenSSH server on a loopback port, with keys and configuration of its own in a temporary directory. */
export async function startSshd(settings: readonly string[] = [], environment = ""): Promise<Sshd> {
  const directory = mkdtempSync(join(tmpdir(), "sshd-"));
  const keyFile = join(directory, "client");
  const serverKey = join(directory, "host");
  for (const key of [keyFile, serverKey]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const authorized = join(directory, "authorized_keys");
  writeFileSync(authorized, readFileSync(`${keyFile}.pub`));
  const port = await freePort();
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${serverKey}`,
    `AuthorizedKeysFile ${authorized}`,
    `PidFile ${join(directory, "pid")}`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    // SHLVL keeps bash from reading the login script of whoever runs the tests. A second SetEnv would not count.
    `SetEnv SHLVL=2 ${environment}`,
    ...settings,
  ];
  const config = join(directory, "config");
  writeFileSync(config, `${lines.join("\n")}\n`);
  // Users other than root must find the key list.
  execFileSync("chmod", ["0755", directory]);
  mkdirSync("/run/sshd", { recursive: true });
  const child = spawn("/usr/sbin/sshd", ["-D", "-f", config, "-E", join(directory, "log")], { stdio: "ignore" });
  await listening(child, port, join(directory, "log"));
  const hostKey = readFileSync(`${serverKey}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  const login: Login = { address: "127.0.0.1", port, user: "root", hostKey, keyFile };
  return {
    directory,
    port,
    hostKey,
    keyFile,
    pid: child.pid as number,
    connection: (changes = {}) =>
      connectionSchema.parse({ kind: "ssh", name: "sshd", ...login, ...changes }) as SshConnection,
    login: () => login,
    stop: () => stop(child, directory),
  };
}

async function listening(child: ChildProcess, port: number, log: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end && child.exitCode === null; await setTimeout(20)) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.unref();
      setTimeout(200).then(() => socket.destroy());
    });
    if (open) return;
  }
  throw new Error(`sshd did not start: ${readFileSync(log, "utf8")}`);
}

async function stop(child: ChildProcess, directory: string): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null) {
    const sessions = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
    child.kill();
    await gone;
    // A session outlives the server that took it, and may write in the directory to its last breath.
    const running = () => sessions.some((pid) => pid !== "" && existsSync(`/proc/${pid}`));
    for (const end = Date.now() + 10_000; running() && Date.now() < end; await setTimeout(20));
  }
  rmSync(directory, { recursive: true, force: true });
}
