import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { closeAll, connect } from "../../../lib/host/connect";
import { until } from "../../support/ssh-server";
import { type Sshd, startSshd } from "../../support/sshd";

let sshd: Sshd;
let directory: string;

beforeAll(async () => {
  sshd = await startSshd();
  directory = mkdtempSync(join(tmpdir(), "ssh-"));
});

afterEach(closeAll);

afterAll(async () => {
  await sshd.stop();
  rmSync(directory, { recursive: true });
});

/** The processes that serve the connections of a server. */
function sessions(): number[] {
  const found = execFileSync("ps", ["--ppid", String(sshd.pid), "-o", "pid="], { encoding: "utf8" });
  return found.trim().split(/\s+/).map(Number);
}

test("1,000 small files are read and looked at in far less than a second and a half each", async () => {
  const host = await connect(sshd.connection());
  for (let index = 0; index < 1000; index++) writeFileSync(join(directory, `f${index}`), String(index));
  const paths = Array.from({ length: 1000 }, (_, index) => join(directory, `f${index}`));
  const start = performance.now();
  const read = await Promise.all(paths.map((path) => host.readFile(path)));
  const between = performance.now();
  const stats = await Promise.all(paths.map((path) => host.stat(path)));
  const end = performance.now();
  expect(read.map(String)).toEqual(paths.map((_, index) => String(index)));
  expect(stats.filter((one) => one?.type === "file")).toHaveLength(1000);
  expect(between - start).toBeLessThan(1500);
  expect(end - between).toBeLessThan(1500);
});

test("200 commands run at once over one connection", async () => {
  const host = await connect(sshd.connection());
  const all = await Promise.all(Array.from({ length: 200 }, (_, index) => host.exec(["echo", String(index)])));
  expect(all.map(({ stdout }) => stdout.toString().trim())).toEqual(all.map((_, index) => String(index)));
  expect(sessions()).toHaveLength(1);
});

test("a write whose connection is cut leaves the old file whole, and the host goes on", async () => {
  const host = await connect(sshd.connection());
  const path = join(directory, "cut");
  await host.writeFile(path, "old");
  const content = new Readable({ read: () => {} });
  content.push(Buffer.alloc(3_000_000));
  const failed = expect(host.writeFile(path, content)).rejects.toMatchObject({ code: "cut" });
  const temporaries = () => execFileSync("find", [directory, "-name", ".cut.*", "-size", "+1M"]).toString();
  await until(() => temporaries() !== "");
  for (const pid of sessions()) process.kill(pid, "SIGKILL");
  await failed;
  await until(() => temporaries() === "");
  expect((await host.readFile(path))?.toString()).toBe("old");
});

test("a second server is reached through the first", async () => {
  const far = await startSshd([`AllowUsers root@127.0.0.1`]);
  try {
    const host = await connect(far.connection({ name: "far", jump: sshd.login() }));
    const { stdout } = await host.exec(["sh", "-c", "echo $SSH_CONNECTION"]);
    expect(stdout.toString().trim().endsWith(` ${far.port}`)).toBe(true);
    const wrong = far.connection({ name: "far", jump: { ...sshd.login(), hostKey: far.hostKey } });
    await expect(connect(wrong)).rejects.toMatchObject({ code: "host-key" });
  } finally {
    await closeAll();
    await far.stop();
  }
});

test("an agent opens", async () => {
  const socket = join(directory, "agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  try {
    await until(() => existsSync(socket));
    execFileSync("ssh-add", ["-q", sshd.keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: "pipe" });
    const connection = sshd.connection({ agent: socket });
    delete connection.keyFile;
    await (await connect(connection)).exec(["true"]);
  } finally {
    agent.kill();
  }
});

test("a user without rights is told so, and nothing counts as absent that cannot be seen", async () => {
  const user = `site-${process.pid}`;
  execFileSync("useradd", ["--no-create-home", "--shell", "/bin/sh", user]);
  // An account without any password is locked for sshd; `*` is one that no password opens.
  execFileSync("usermod", ["--password", "*", user]);
  try {
    const host = await connect(sshd.connection({ user }));
    const hidden = join(directory, "cut"); // below a directory of root's with mode 0700
    for (const ask of [host.readFile(hidden), host.stat(hidden), host.list(hidden), host.writeFile(hidden, "")]) {
      await expect(ask).rejects.toMatchObject({ code: "failed", message: expect.stringMatching(/permission denied/i) });
    }
    await expect(host.writeFile("/etc/site-test", "")).rejects.toThrow(/permission denied/i);
  } finally {
    await closeAll();
    // Its session ends a moment after the connection, and holds the account until then.
    const inUse = 8;
    await until(() => spawnSync("userdel", [user]).status !== inUse);
  }
});

test("an open connection does not keep the process alive", async () => {
  const script = join(directory, "leaves.cjs");
  const { buildSync } = await import("esbuild");
  const contents = `import { connect } from ${JSON.stringify(join(__dirname, "../../../lib/host/connect"))};
    connect(${JSON.stringify(sshd.connection())}).then((host) => host.stat("/")).then((found) => console.log(found.type));`;
  buildSync({
    stdin: { contents, resolveDir: __dirname },
    outfile: script,
    bundle: true,
    platform: "node",
    external: ["*.node", "cpu-features"],
    logLevel: "error",
  });
  const start = performance.now();
  expect(execFileSync(process.execPath, [script], { timeout: 10_000 }).toString()).toBe("directory\n");
  expect(performance.now() - start).toBeLessThan(4000);
});

test("a session limit that is too low is named", async () => {
  const narrow = await startSshd(["MaxSessions 2"]);
  try {
    const host = await connect(narrow.connection());
    const all = Promise.all(Array.from({ length: 8 }, () => host.exec(["sleep", "3"])));
    await expect(all).rejects.toMatchObject({ code: "failed", hint: expect.stringContaining("MaxSessions") });
  } finally {
    await closeAll();
    await narrow.stop();
  }
});
