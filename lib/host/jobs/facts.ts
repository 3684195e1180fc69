import { readFile } from "node:fs/promises";
import { freemem, arch as machine, totalmem } from "node:os";
import { type Room, roomIn } from "../../content/room";
import { defineJob } from "../jobs";

export interface Facts {
  /** As Node names it: x64, arm64, s390x. */
  arch: string;
  memory: { total: number; free: number };
  /** Bytes of the file system each path is, or would be, on. */
  disks: Record<string, Room>;
  os: { id: string; version: string; name: string };
  node: string;
}

/** What a plan must know of a host before it decides that the content fits. */
export const facts = defineJob("facts", async ({ paths }: { paths: string[] }): Promise<Facts> => {
  const disks = await Promise.all(paths.map(async (path) => [path, await roomIn(path)] as const));
  return {
    arch: machine(),
    memory: { total: totalmem(), free: freemem() },
    disks: Object.fromEntries(disks),
    os: parseOsRelease(await readFile("/etc/os-release", "utf8")),
    node: process.versions.node,
  };
});

export function parseOsRelease(text: string): Facts["os"] {
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  return { id: field("ID"), version: field("VERSION_ID"), name: field("PRETTY_NAME") };
}
