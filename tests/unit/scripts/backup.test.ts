import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchProject } from "../../support/project";

const CHECKPOINT = ".state/pulumi/.pulumi/stacks/openstack-site/dev.json";
const checkpoint = (time: string) => JSON.stringify({ checkpoint: { latest: { manifest: { time } } } });
const MORNING = checkpoint("2026-01-01T08:00:00Z");
const EVENING = checkpoint("2026-01-01T20:00:00+01:00");
let project: ReturnType<typeof scratchProject>;

beforeEach(() => {
  project = scratchProject(["scripts/common.sh", "scripts/backup", "scripts/restore", "package.json"], {
    [CHECKPOINT]: MORNING,
    ".state/passphrase": "first\n",
    ".state/keys/seed": "key\n",
    ".state/content/big": "made again\n",
    "Pulumi.dev.yaml": "config:\n  a: b\nencryptionsalt: v1:first\n",
  });
});
afterEach(() => project.remove());

const read = (path: string) => readFileSync(join(project.root, path), "utf8");
const script = (name: string, env: Record<string, string> = {}) =>
  execFileSync(join(project.root, "scripts", name), ["saved/dev.tar.gz"], {
    env: { PATH: process.env["PATH"], HOME: project.root, ...env },
    stdio: "pipe",
  });

test("a key that stays on its host is named", () => {
  const outputs = { home: "/var/lib/openstack-site/keys/dev", host: { name: "keeper" } };
  const resources = [{ type: "pulumi-nodejs:dynamic/apt:SiteKey", outputs }];
  project.write(CHECKPOINT, JSON.stringify({ checkpoint: { latest: { resources } } }));
  const env = { PATH: process.env["PATH"], HOME: project.root };
  const { stderr } = spawnSync(join(project.root, "scripts/backup"), ["a.tar.gz"], { env, encoding: "utf8" });
  expect(stderr).toContain("mirrors, /var/lib/openstack-site/keys/dev on keeper\n");
});

test("what was saved comes back, with the salt of its passphrase and nothing else of the stack file", () => {
  script("backup");
  expect(statSync(join(project.root, "saved/dev.tar.gz")).mode & 0o777).toBe(0o600);
  project.write(".state/passphrase", "second\n");
  project.write("Pulumi.dev.yaml", "config:\n  a: newer\nencryptionsalt: v1:second\n");
  script("restore");
  expect(read(".state/passphrase")).toBe("first\n");
  expect(read(CHECKPOINT)).toBe(MORNING);
  expect(read(".state/keys/seed")).toBe("key\n");
  expect(read("Pulumi.dev.yaml")).toBe("config:\n  a: newer\nencryptionsalt: v1:first\n");
  expect(execFileSync("tar", ["-tzf", join(project.root, "saved/dev.tar.gz")]).toString()).not.toContain("content");
  expect(read(".state/content/big")).toBe("made again\n");
  const kept = readdirSync(project.root).find((name) => name.startsWith(".state.before-"));
  expect(read(`${kept}/passphrase`)).toBe("second\n");
});

test("a newer state is replaced only by force", () => {
  script("backup");
  project.write(CHECKPOINT, EVENING);
  expect(() => script("restore")).toThrow(/is newer than the backup/);
  expect(read(CHECKPOINT)).toBe(EVENING);
  script("restore", { FORCE: "1" });
  expect(read(CHECKPOINT)).toBe(MORNING);
});

test("a damaged backup changes nothing", () => {
  script("backup");
  const file = join(project.root, "saved/dev.tar.gz");
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 40));
  project.write(".state/passphrase", "second\n");
  expect(() => script("restore")).toThrow(/is damaged/);
  expect(read(".state/passphrase")).toBe("second\n");
});

test("a backup whose content was altered changes nothing", () => {
  script("backup");
  const alter =
    "mkdir x && tar -xzf saved/dev.tar.gz -C x && echo third >x/state/passphrase && tar -czf saved/dev.tar.gz -C x .";
  execFileSync("sh", ["-c", alter], { cwd: project.root });
  expect(() => script("restore")).toThrow(/a checksum differs/);
  expect(read(".state/passphrase")).toBe("first\n");
});

test("no backup is made while the stack is being changed", () => {
  project.write(".state/pulumi/.pulumi/locks/organization/openstack-site/dev/one.json", "{}");
  expect(() => script("backup")).toThrow(/is being changed/);
});
