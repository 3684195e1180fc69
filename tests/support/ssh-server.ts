import { spawn } from "node:child_process";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { type AuthContext, type Connection, Server, type ServerChannel } from "ssh2";
import { type ConnectionArgs, connectionSchema, type SshConnection } from "../../lib/host/connection";
import { newPrivateKey, publicKeyOf } from "../../lib/lab/keys";

export interface ServerOptions {
  password?: string;
  /** Ask for the password by keyboard-interactive only. */
  interactive?: boolean;
  /** Accept the connection and say nothing. */
  hang?: boolean;
  port?: number;
}

export interface SshServer {
  port: number;
  /** Command lines received, looks and writes alike. */
  readonly commands: string[];
  /** TCP connections accepted. */
  connections: number;
  /** The most commands that ran at one time. */
  mostAtOnce: number;
  connection(changes?: Partial<Extract<ConnectionArgs, { kind: "ssh" }>>): SshConnection;
  /** Resolves when a command line that matches was received. */
  received(pattern: RegExp, times?: number): Promise<void>;
  cut(): void;
  /** From now on nothing that comes in is read. */
  silence(): void;
  stop(): Promise<void>;
}

/** An SSH server in this process, for faults that a real one cannot be made to show. Commands run by `sh`. */
export async function startSshServer(options: ServerOptions = {}): Promise<SshServer> {
  const privateKey = newPrivateKey();
  const password = options.password ?? "right";
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  const ends: (() => void)[] = [];
  const ssh = new Server({ hostKeys: [privateKey] }, (client) => {
    client.on("authentication", (context) => authenticate(context, password, options.interactive === true));
    client.on("error", () => {});
    serve(client, server, ends);
  });
  const tcp = createServer((socket) => {
    server.connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    if (!options.hang) ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve) => tcp.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  const hostKey = publicKeyOf(privateKey, "of the test server");
  const login = { kind: "ssh", name: "fake", address: "127.0.0.1", port, hostKey, password } as const;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server: SshServer = {
    port,
    commands,
    connections: 0,
    mostAtOnce: 0,
    connection: (changes = {}) => connectionSchema.parse({ ...login, ...changes }) as SshConnection,
    received: (pattern, times = 1) => until(() => commands.filter((line) => pattern.test(line)).length >= times),
    cut,
    silence: () => {
      for (const socket of sockets) socket.removeAllListeners("data").pause();
    },
    stop: () => {
      cut();
      for (const end of ends) end();
      return new Promise((resolve) => tcp.close(() => resolve()));
    },
  };
  return server;
}

/** Polls, with a bound. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 5000): Promise<void> {
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`did not come true within ${milliseconds} ms: ${holds}`);
}

function authenticate(context: AuthContext, password: string, interactive: boolean): void {
  if (context.method === "keyboard-interactive" && interactive) {
    context.prompt([{ prompt: "Password: ", echo: false }], (answers) =>
      answers[0] === password ? context.accept() : context.reject(),
    );
    return;
  }
  if (context.method === "password" && !interactive && context.password === password) context.accept();
  else context.reject(interactive ? ["keyboard-interactive"] : ["password"]);
}

function serve(client: Connection, server: SshServer, ends: (() => void)[]): void {
  let running = 0;
  client.on("session", (accept) => {
    accept().on("exec", (acceptExec, _reject, { command }) => {
      server.commands.push(command);
      server.mostAtOnce = Math.max(server.mostAtOnce, ++running);
      ends.push(run(acceptExec(), command, () => running--));
    });
  });
}

function run(channel: ServerChannel, command: string, onEnd: () => void): () => void {
  const child = spawn("sh", ["-c", command], { detached: true });
  channel.pipe(child.stdin);
  channel.on("error", () => {});
  child.stdin.on("error", () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on("close", (code) => {
    onEnd();
    if (!channel.writable) return;
    channel.exit(code ?? 1);
    channel.end();
  });
  return () => {
    if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, "SIGKILL");
  };
}
