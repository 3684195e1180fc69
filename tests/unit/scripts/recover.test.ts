import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { scratchProject, until } from "../../support/project";

const LOCK = "state/.pulumi/locks/organization/tiny/dev/one.json";
const HUNG = "process.on('SIGINT', () => process.exit()); setInterval(() => {}, 1000)";
let project: ReturnType<typeof scratchProject>;
let children: ChildProcess[];
let strays: number[];

beforeEach(() => {
  project = scratchProject(["scripts/recover.cjs"], { "Pulumi.yaml": "name: tiny\n" });
  [children, strays] = [[], []];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const pid of strays.filter(alive)) process.kill(pid, "SIGKILL");
  project.remove();
});

const recover = (env: Record<string, string> = { PULUMI_BACKEND_URL: `file://${project.root}/state?metadata=skip` }) =>
  promisify(execFile)(process.execPath, [join(project.root, "scripts/recover.cjs"), "dev"], { env });
const lock = (holder: { pid: number; username?: string; hostname?: string }) => {
  const mine = { username: userInfo().username, hostname: hostname(), timestamp: "2026-01-01T00:00:00Z" };
  project.write(LOCK, JSON.stringify({ ...mine, ...holder }));
  project.write(`${LOCK}.attrs`, "{}");
};
const locked = () => existsSync(join(project.root, LOCK)) || existsSync(join(project.root, `${LOCK}.attrs`));
/** A zombie counts as gone: not every init collects what it adopts. */
function alive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0] !== "Z";
}
const deadPid = () => Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }));
const provider = "/x/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js";

/** A process like a provider's that nobody waits for, as after kill -9 of its pulumi. */
async function orphan(cwd: string, script = provider): Promise<number> {
  const shell = `"${process.execPath}" -e "${HUNG}" ${script} >/dev/null 2>&1 & echo $!`;
  const pid = Number(execFileSync("sh", ["-c", shell], { cwd, encoding: "utf8" }));
  strays.push(pid);
  await until(() => / S \d+ /.test(readFileSync(`/proc/${pid}/stat`, "utf8")), "the process to be up");
  return pid;
}

test("a lock of a dead process is cleared after its orphans are ended", async () => {
  lock({ pid: deadPid() });
  const pid = await orphan(project.root);
  const { stderr } = await recover();
  expect(stderr).toContain(`Ending process ${pid}`);
  expect(alive(pid)).toBe(false);
  expect(locked()).toBe(false);
});

test("processes of other projects, of living parents, and of other programs are left alone", async () => {
  const elsewhere = await orphan("/");
  const other = await orphan(project.root, "/x/dynamic-provider/index.js");
  const child = spawn(process.execPath, ["-e", HUNG, provider], { cwd: project.root, stdio: "ignore" });
  children.push(child);
  await recover();
  expect([elsewhere, other, child.pid as number].map(alive)).toEqual([true, true, true]);
});

test("a lock of a living pulumi is refused, and nothing is ended", async () => {
  copyFileSync("/bin/sleep", join(project.root, "pulumi"));
  execFileSync("chmod", ["+x", join(project.root, "pulumi")]);
  const pulumi = spawn(join(project.root, "pulumi"), ["60"]);
  children.push(pulumi);
  await until(() => readFileSync(`/proc/${pulumi.pid}/comm`, "utf8") === "pulumi\n", "the process to be up");
  lock({ pid: pulumi.pid as number });
  const pid = await orphan(project.root);
  await expect(recover()).rejects.toThrow(/is locked by .* which is running/);
  expect(alive(pid)).toBe(true);
  expect(locked()).toBe(true);
});

test("a pid that now belongs to another program counts as gone", async () => {
  lock({ pid: process.pid });
  await recover();
  expect(locked()).toBe(false);
});

test.each([{ hostname: "another-host" }, { username: "another-user" }])("a lock of %p is refused", async (holder) => {
  lock({ pid: deadPid(), ...holder });
  await expect(recover()).rejects.toThrow(/is locked by .*another-/);
  expect(locked()).toBe(true);
});

test.each(["file://state", "file://~/state"])(
  "the backend is the one of the login where the shell names none: %s",
  async (current) => {
    lock({ pid: deadPid() });
    project.write("pulumi/credentials.json", JSON.stringify({ current }));
    await recover({ PULUMI_HOME: join(project.root, "pulumi"), HOME: project.root });
    expect(locked()).toBe(false);
  },
);

test("attributes of the state that were cut off while they were written are removed, and no others", async () => {
  const beside = "state/.pulumi/stacks/tiny";
  const files = ["dev.json.attrs", "dev.json.bak.attrs", "dev.json", "other.json.attrs"].map(
    (name) => `${beside}/${name}`,
  );
  const [torn, whole, ...others] = files as [string, string, ...string[]];
  for (const file of [torn, ...others]) project.write(file, "");
  project.write(whole, "{}");
  const { stderr } = await recover();
  expect(stderr).toContain(torn);
  expect(files.filter((file) => existsSync(join(project.root, file)))).toEqual([whole, ...others]);
});
