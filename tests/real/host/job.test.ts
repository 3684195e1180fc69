import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { closeAll, connect } from "../../../lib/host/connect";
import type { Host } from "../../../lib/host/host";
import { runJob } from "../../../lib/host/job";
import { checksum } from "../../../lib/host/jobs/checksum";
import { facts } from "../../../lib/host/jobs/facts";
import { nodeRuntime } from "../../../lib/host/node-runtime";
import { sha256, ship } from "../../../lib/host/ship";
import type { Progress } from "../../../lib/progress";
import { bundleRunner } from "../../support/runner";
import { until } from "../../support/ssh-server";
import { type Sshd, startSshd } from "../../support/sshd";

let directory: string;
let runner: string;
let sshd: Sshd;

/** A PATH with what a bare host has: a shell and the core tools, no Node. */
function bareTools(): string {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  const tools = ["sh", "uname", "test", "echo", "gunzip", "gzip", "mkdir", "rm", "mv", "chmod", "sync", "sha256sum"];
  for (const tool of [...tools, "cat", "stat", "env", "sleep"]) {
    symlinkSync(
      execFileSync("sh", ["-c", `command -v ${tool} | grep / || echo /usr/bin/${tool}`])
        .toString()
        .trim(),
      join(bin, tool),
    );
  }
  return bin;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "job-"));
  chmodSync(directory, 0o755);
  runner = bundleRunner(directory);
  await unship();
  sshd = await startSshd([], `PATH=${bareTools()}`);
});

afterAll(async () => {
  await closeAll();
  await sshd.stop();
  await unship();
  rmSync(directory, { recursive: true });
});

/** What the jobs of this suite send, so that they must send it, and leave nothing. */
async function unship(): Promise<void> {
  rmSync(`/var/lib/openstack-site/runner/${await sha256(runner)}.cjs`, { force: true });
  rmSync(`/var/lib/openstack-site/node/${await sha256(await nodeRuntime(arch()))}`, { force: true });
}

const places: [string, () => Promise<Host>][] = [
  ["here", () => connect({ kind: "local", name: "localhost" })],
  ["over SSH, on a host without Node", () => connect(sshd.connection())],
];

describe.each(places)("a job %s", (_place, place) => {
  test("tells the facts", async () => {
    const found = await runJob(await place(), facts, { paths: ["/", "/nowhere/yet"] }, { runner });
    expect(found).toMatchObject({ arch: arch(), os: { id: "debian" } });
    expect(found.disks["/nowhere/yet"]?.total).toBe(found.disks["/"]?.total);
    expect(found.memory.total).toBeGreaterThan(found.memory.free);
  });

  test("computes sums, with progress up to the end", async () => {
    const content = randomBytes(3_000_000);
    const path = join(directory, "content");
    writeFileSync(path, content);
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => seen.push(progress);
    const sums = await runJob(await place(), checksum, { paths: [path, "/no such"] }, { runner, onProgress });
    expect(sums).toEqual({ [path]: createHash("sha256").update(content).digest("hex"), "/no such": null });
    expect(seen.at(-1)).toEqual({ done: 3_000_000, total: 3_000_000, unit: "bytes" });
  });

  test("fails with a message and a code, not with a stack", async () => {
    const failed = runJob(await place(), checksum, { paths: ["/etc"] }, { runner });
    await expect(failed).rejects.toMatchObject({
      code: "EISDIR",
      message: expect.stringMatching(/^job checksum on \w+ failed: EISDIR[^\n]*$/),
    });
  });

  test("is cancelled", async () => {
    const failed = runJob(
      await place(),
      checksum,
      { paths: ["/dev/zero"] },
      { runner, signal: AbortSignal.timeout(500) },
    );
    await expect(failed).rejects.toThrow();
    await until(() => !jobs().length);
  });
});

function jobs(): string[] {
  const lines = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => /^\S+ \/var\/lib\/openstack-site\/runner\//.test(line));
}

test("a job ends when the connection does", async () => {
  const host = await connect(sshd.connection());
  const failed = expect(runJob(host, checksum, { paths: ["/dev/zero"] }, { runner })).rejects.toMatchObject({
    code: "cut",
  });
  await until(() => jobs().length === 1);
  const serving = execFileSync("ps", ["--ppid", String(sshd.pid), "-o", "pid="], { encoding: "utf8" });
  for (const pid of serving.trim().split(/\s+/)) process.kill(Number(pid), "SIGKILL");
  await failed;
  await until(() => jobs().length === 0);
});

test("the runner ends when its input does, although its output is still heard", async () => {
  const child = spawn(process.execPath, [runner], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.write(`${JSON.stringify({ job: "checksum", input: { paths: ["/dev/zero"] } })}\n`);
  await new Promise((resolve) => child.stdout.resume().once("data", resolve));
  child.stdin.end();
  await ended;
});

test("a host without Node was sent one", async () => {
  const host = await connect(sshd.connection());
  await expect(host.exec(["node", "--version"])).rejects.toMatchObject({ code: "missing" });
  const found = await runJob(host, facts, { paths: [] }, { runner });
  const shipped = await host.exec([
    `/var/lib/openstack-site/node/${await sha256(await nodeRuntime(arch()))}`,
    "--version",
  ]);
  expect(shipped.stdout.toString().trim()).toBe(`v${found.node}`);
});

test("what arrives broken is not kept", async () => {
  const host = await connect(sshd.connection());
  const target = join(directory, "shipped");
  await expect(ship(host, runner, "0".repeat(64), target)).rejects.toMatchObject({ code: "failed" });
  expect(readdirSync(directory).filter((name) => name.includes("shipped"))).toEqual([]);
  await ship(host, runner, await sha256(runner), target);
  expect(readFileSync(target)).toEqual(readFileSync(runner));
});
