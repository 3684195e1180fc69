import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { formatBytes } from "../progress";

/** Bytes of a file system. */
export interface Room {
  total: number;
  free: number;
}

/** Part of a disk that stays free: a full one stops more than what filled it. */
const RESERVE = 0.02;
/** Part of a disk below which somebody should be told. */
const WATERMARK = 0.1;

/** Room of the file system a directory is, or would be, on. */
export async function roomIn(directory: string): Promise<Room> {
  try {
    const { bsize, blocks, bavail } = await statfs(directory);
    return { total: bsize * blocks, free: bsize * bavail };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || directory === "/") throw error;
    return roomIn(dirname(directory));
  }
}

/** Refuses what cannot fit. */
export function assertRoom(bytes: number, { total, free }: Room, directory: string): void {
  const usable = Math.max(free - total * RESERVE, 0);
  if (bytes === 0 || bytes <= usable) return;
  const told = `${formatBytes(bytes)} are to come and ${formatBytes(usable)} are free in ${directory}`;
  throw new Error(`${told}. Try: more room, or less content`);
}

/** Says so where a disk will be nearly full with these bytes. */
export function tellLowRoom(bytes: number, { total, free }: Room, directory: string): string | undefined {
  const left = free - bytes;
  if (left >= total * WATERMARK) return undefined;
  return `${directory} will have ${formatBytes(Math.max(left, 0))} of ${formatBytes(total)} left`;
}
