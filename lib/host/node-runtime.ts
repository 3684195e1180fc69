import { mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { effect } from "../effect";
import { HostError } from "./host";
import { LocalHost } from "./local";

/** Architectures for which npm has no runtime of our own version: the last it has. The runner needs Node 20. */
const LAST: Readonly<Record<string, string>> = { s390x: "20.11.0" };

/** The file of a Node runtime for an architecture: the installed package where it fits, else fetched from npm once. */
export async function nodeRuntime(arch: string): Promise<string> {
  const own = await installed(process.arch);
  if (arch === process.arch) return own.file;
  const version = LAST[arch] ?? own.version;
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const file = join(cache, "openstack-site", "node", `${version}-${arch}`, "node");
  if (!(await exists(file))) await fetch(`node-linux-${arch}@${version}`, file);
  return file;
}

async function installed(arch: string): Promise<{ file: string; version: string }> {
  const name = `node-linux-${arch}`;
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
    return { file: join(dirname(manifest), "bin", "node"), version };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    const hint = "run `npm install` in the project, without --omit=optional";
    throw new HostError("missing", "localhost", `the package ${name}, a Node runtime to ship, is not installed`, hint);
  }
}

async function fetch(spec: string, file: string): Promise<void> {
  const host = new LocalHost();
  const work = await mkdtemp(join(tmpdir(), "openstack-site-node-"));
  try {
    const { stdout } = await host.exec(["npm", "pack", spec, "--loglevel=error", "--pack-destination", work], {
      timeout: 600_000,
    });
    const archive = join(work, stdout.toString().trim().split("\n").at(-1) ?? "");
    await host.exec(["tar", "-xzf", archive, "-C", work, "package/bin/node"], { timeout: 120_000 });
    await effect(`cache ${spec}`, async () => {
      await mkdir(dirname(file), { recursive: true });
      const aside = `${file}.${process.pid}`;
      await host.exec(["cp", join(work, "package", "bin", "node"), aside]);
      await rename(aside, file);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
