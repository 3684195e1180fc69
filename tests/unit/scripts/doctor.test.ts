import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { scratchProject } from "../../support/project";

// The few commands every Debian has; no Node, npm, Pulumi or container engine among them.
const BASE = ["bash", "env", "sed", "awk", "sort", "head", "cut", "tr", "cat", "dirname", "basename", "readlink"];
const MORE = ["stat", "sha256sum", "mktemp", "rm", "uname"];
let project: ReturnType<typeof scratchProject>;

beforeEach(() => {
  project = scratchProject(["scripts", "toolchain/debian-packages", "package.json", "package-lock.json"]);
  rmSync(join(project.root, "node_modules"));
  mkdirSync(join(project.root, "path"));
  for (const name of [...BASE, ...MORE]) symlinkSync(`/usr/bin/${name}`, join(project.root, "path", name));
});
afterEach(() => project.remove());

const doctor = (...args: string[]) =>
  spawnSync("/bin/bash", [join(project.root, "scripts/doctor"), ...args], {
    env: { PATH: join(project.root, "path"), HOME: project.root, DOCKER_HOST: "unix:///nonexistent" },
    encoding: "utf8",
  });

test("each missing thing is named with where it was looked for and what mends it", () => {
  const { status, stdout, stderr } = doctor();
  expect(stderr).toBe("");
  expect(status).toBe(1);
  const missing = stdout.match(/^MISSING +\S+/gm)?.map((line) => line.replace(/^MISSING +/, ""));
  expect(missing).toEqual(expect.arrayContaining(["node_modules", "npm", "node", "pulumi", "docker"]));
  expect(stdout).toMatch(/MISSING +npm +looked for: PATH \(.*\)\n +mend: sudo apt-get install nodejs npm/);
  expect(stdout).toContain("unix:///nonexistent");
});

test("a passphrase others can read, or one that is lost, is named", () => {
  project.write(".state/pulumi/.pulumi/meta.yaml", "version: 1\n");
  expect(doctor("--missing").stdout).toMatch(/MISSING +passphrase .*\n +mend: make restore/);
  project.write(".state/passphrase", "x\n");
  expect(doctor("--missing").stdout).toMatch(/MISSING +passphrase .*\n +mend: chmod 600/);
});

test("what is there is said only when asked for", () => {
  for (const name of ["node", "npm"]) symlinkSync(process.execPath, join(project.root, "path", name));
  expect(doctor().stdout).toMatch(/^ok +node /m);
  expect(doctor("--missing").stdout).not.toMatch(/^ok/m);
});
