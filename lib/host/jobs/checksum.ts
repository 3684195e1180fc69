import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { defineJob } from "../jobs";

/** SHA-256 of files, in hex; null for one that is absent. */
export const checksum = defineJob(
  "checksum",
  async ({ paths }: { paths: string[] }, report, signal): Promise<Record<string, string | null>> => {
    const sizes = await Promise.all(paths.map(size));
    const total = sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
    const sums: Record<string, string | null> = {};
    let done = 0;
    for (const [index, path] of paths.entries()) {
      sums[path] = null;
      if (sizes[index] === undefined) continue;
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
        hash.update(chunk);
        done += chunk.length;
        report({ done, total, unit: "bytes" });
      }
      sums[path] = hash.digest("hex");
    }
    return sums;
  },
);

async function size(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
