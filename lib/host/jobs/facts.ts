import { readFile, statfs } from "node:fs/promises";
import { freemem, arch as machine, totalmem } from "node:os";
import { dirname } from "node:path";
import { defineJob } from "../jobs";

export interface Facts {
  /** As Node names it: x64, arm64, s390x. */
  arch: string;
  memory: { total: number; free: number };
  /** Bytes of the file system each path is, or would be, on. */
  disks: Record<string, { total: number; free: number }>;
  os: { id: string; version: string; name: string };
  node: string;
}

/** What a plan must know of a host before it decides that the content fits. */
export const facts = defineJob("facts", async ({ paths }: { paths: string[] }): Promise<Facts> => {
  const disks = await Promise.all(paths.map(async (path) => [path, await space(path)] as const));
  return {
    arch: machine(),
    memory: { total: totalmem(), free: freemem() },
    disks: Object.fromEntries(disks),
    os: parseOsRelease(await readFile("/etc/os-release", "utf8")),
    node: process.versions.node,
  };
});

async function space(path: string): Promise<{ total: number; free: number }> {
  try {
    const { bsize, blocks, bavail } = await statfs(path);
    return { total: bsize * blocks, free: bsize * bavail };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path === "/") throw error;
    return space(dirname(path));
  }
}

export function parseOsRelease(text: string): Facts["os"] {
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  return { id: field("ID"), version: field("VERSION_ID"), name: field("PRETTY_NAME") };
}
