import { readdirSync, readFileSync } from "node:fs";
import { closeAll, connect, forget, waitReachable } from "../../../../lib/host/connect";
import type { SshConnection } from "../../../../lib/host/connection";
import { DEFAULT_TIMING, Link, type Timing } from "../../../../lib/host/link";
import { SshHost } from "../../../../lib/host/ssh";
import { type ServerOptions, type SshServer, startSshServer, until } from "../../../support/ssh-server";

let server: SshServer;
const hosts: SshHost[] = [];

async function start(options: ServerOptions = {}): Promise<SshServer> {
  server = await startSshServer(options);
  return server;
}

function host(connection: SshConnection, timing: Partial<Timing> = {}): SshHost {
  const made = new SshHost(
    connection,
    new Link(connection.name, connection, undefined, { ...DEFAULT_TIMING, ...timing }),
  );
  hosts.push(made);
  return made;
}

afterEach(async () => {
  await closeAll();
  await Promise.all(hosts.splice(0).map((one) => one.close()));
  await server.stop();
});

describe("a connection cut in mid-command", () => {
  test("fails a command with an effect, which is not run again; the next call connects anew", async () => {
    const { connection } = await start();
    const one = host(connection());
    const running = one.exec(["sleep", "77"], { effect: "rest" });
    const failed = expect(running).rejects.toMatchObject({
      code: "cut",
      message: expect.stringContaining("sleep 77 on fake"),
    });
    await server.received(/sleep 77/);
    server.cut();
    await failed;
    expect((await one.exec(["echo", "again"])).stdout.toString()).toBe("again\n");
    expect(server.commands.filter((line) => /sleep 77/.test(line))).toHaveLength(1);
    expect(server.connections).toBe(2);
  });

  test("repeats a command that only looks, once", async () => {
    const { connection } = await start();
    const running = host(connection()).exec(["sleep", "78"]);
    const failed = expect(running).rejects.toMatchObject({ code: "cut" });
    for (const times of [1, 2]) {
      await server.received(/sleep 78/, times);
      server.cut();
    }
    await failed;
  });

  test("repeats a look at files", async () => {
    const { connection } = await start();
    const one = host(connection());
    await one.readFile("/etc/hostname");
    server.cut();
    expect(await one.stat("/etc")).toMatchObject({ type: "directory" });
  });
});

describe("a peer that falls silent", () => {
  test("costs one call its time limit", async () => {
    const { connection } = await start();
    const one = host(connection());
    await one.exec(["true"]);
    const running = one.exec(["sleep", "79"], { timeout: 300, effect: "rest" });
    const failed = expect(running).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringContaining("may still be running"),
    });
    await server.received(/sleep 79/);
    server.silence();
    await failed;
  });

  test("is found out by the keep-alive", async () => {
    const { connection } = await start();
    const one = host(connection(), { keepAlive: 50, keepAliveCount: 2 });
    const running = one.exec(["sleep", "80"], { effect: "rest" });
    const failed = expect(running).rejects.toMatchObject({
      code: "cut",
      message: expect.stringContaining("no sign of life for 0.1 s"),
    });
    await server.received(/sleep 80/);
    server.silence();
    await failed;
    expect((await one.exec(["echo", "again"])).stdout.toString()).toBe("again\n");
  });

  test("does not stop a live one that is only slow", async () => {
    const { connection } = await start();
    await host(connection(), { keepAlive: 50, keepAliveCount: 4 }).exec(["sleep", "0.5"]);
    expect(server.connections).toBe(1);
  });
});

describe("a connection that is refused", () => {
  test("for a changed host key: both fingerprints and what to do, and nothing is sent", async () => {
    const { connection } = await start();
    const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBqIvDpcy8hVQ1Sw7xQ4lSnhqL0FUWpBFgDJ0h0H1ZrN";
    const error = await connect(connection({ hostKey: other })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "host-key", hint: expect.stringContaining("ssh-keygen -lf") });
    expect((error as Error).message).toMatch(/expected ssh-ed25519 SHA256:[\w+/]{43}, got SHA256:[\w+/]{43}/);
    expect(server.commands).toEqual([]);
  });

  test("for a wrong password, which is not shown", async () => {
    const { connection } = await start();
    const error = await connect(connection({ password: "wr0ng" })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "auth", message: expect.stringContaining("refused user root") });
    expect(String(error)).not.toContain("wr0ng");
  });

  test.each([
    [{ password: undefined }, "no keyFile, agent or password"],
    [{ password: undefined, keyFile: "/nowhere/key" }, "ENOENT"],
    [{ password: undefined, keyFile: "/etc/hostname" }, "no private key"],
  ])("for want of a way to log in: %j", async (changes, text) => {
    const { connection } = await start();
    const wanted = { ...connection(), ...changes } as SshConnection;
    await expect(connect(wanted)).rejects.toMatchObject({ code: "auth", message: expect.stringContaining(text) });
  });

  test("by silence before the banner", async () => {
    const { connection } = await start({ hang: true });
    const refused = host(connection(), { connect: 200 }).exec(["true"]);
    await expect(refused).rejects.toMatchObject({ code: "unreachable" });
  });
});

test.each([{ interactive: false }, { interactive: true }])("a password opens: %j", async (options) => {
  const { connection } = await start(options);
  await (await connect(connection())).exec(["true"]);
});

describe("connect", () => {
  test("gives one host per connection and tells a dormant one at once", async () => {
    const { connection } = await start();
    expect(await connect(connection())).toBe(await connect({ ...connection() }));
    await expect(connect(connection({ dormant: true }))).rejects.toMatchObject({ code: "dormant" });
    expect(server.connections).toBe(1);
  });

  test("remembers a failure until it is told to forget", async () => {
    const { connection } = await start({ hang: true });
    const dead = { ...connection(), port: server.port };
    await server.stop();
    const all = await Promise.allSettled(Array.from({ length: 200 }, () => connect(dead)));
    expect(new Set(all.map((one) => one.status === "rejected" && one.reason)).size).toBe(1);
    await expect(connect(dead)).rejects.toMatchObject({ code: "unreachable" });
    server = await startSshServer({ port: dead.port });
    await expect(connect({ ...server.connection(), hostKey: dead.hostKey })).rejects.toMatchObject({
      code: "unreachable",
    });
    expect(server.connections).toBe(0);
    await forget(dead);
    await expect(connect(dead)).rejects.toMatchObject({ code: "host-key" });
  });

  test("waits for a host that is starting, and not for one with another key", async () => {
    await start();
    const wanted = server.connection();
    await server.stop();
    await expect(waitReachable(wanted, 600)).rejects.toMatchObject({ code: "unreachable" });
    const waiting = waitReachable(wanted, 5000).catch((caught: unknown) => caught);
    server = await startSshServer({ port: wanted.port });
    expect(await waiting).toMatchObject({ code: "host-key" });
    const found = await waitReachable(server.connection(), 5000);
    await found.exec(["true"]);
  });
});

test("60 commands at once share one connection and at most eight channels", async () => {
  const { connection } = await start();
  const one = host(connection());
  const all = await Promise.all(Array.from({ length: 60 }, (_, index) => one.exec(["echo", String(index)])));
  expect(all.map(({ stdout }) => stdout.toString().trim())).toEqual(all.map((_, index) => String(index)));
  expect(server).toMatchObject({ connections: 1, mostAtOnce: 8 });
});

test("a cancelled command is ended on the host", async () => {
  const { connection } = await start();
  const controller = new AbortController();
  const marker = `sleep 81.${process.pid}`;
  const running = host(connection()).exec(marker.split(" "), { signal: controller.signal });
  const failed = expect(running).rejects.toMatchObject({ code: "cut", message: expect.stringContaining("cancelled") });
  await until(() => alive(marker));
  controller.abort();
  await failed;
  expect(alive(marker)).toBe(false);
});

function alive(command: string): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "latin1") === `${command.replace(" ", "\0")}\0`;
    } catch {
      return false; // it ended while we looked
    }
  });
}
