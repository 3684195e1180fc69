import { spawn } from "node:child_process";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { absent } from "./record";

/**
 * Runs alone among all that lock this directory, in whatever process. The kernel keeps the lock with our open file: it
 * goes with us however we end, and nothing is left to be cleared away.
 */
export async function alone<T>(directory: string, run: () => Promise<T>, waits?: Waits): Promise<T> {
  const held = await lock(directory, waits);
  try {
    return await run();
  } finally {
    await held.close();
  }
}

export interface Waits {
  /** Called once where another holds the lock. */
  onWait: () => void;
  signal: AbortSignal;
}

async function lock(directory: string, waits?: Waits): Promise<FileHandle> {
  for (;;) {
    await mkdir(directory, { recursive: true });
    const file = await open(directory, "r");
    try {
      if (waits && !(await flock(file, "--nonblock"))) {
        waits.onWait();
        await flock(file, "--exclusive", waits.signal);
      } else if (!waits) await flock(file, "--exclusive");
      // Whoever held it before may have removed the directory: then another one has the name now.
      const [ours, named] = await Promise.all([file.stat(), stat(directory).catch(absent)]);
      if (ours.ino === named?.ino) return file;
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}

/** False where another one holds it. A child locks for us: it shares our open file, which keeps the lock after it. */
function flock(file: FileHandle, mode: "--nonblock" | "--exclusive", signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn("flock", [mode, "3"], {
      stdio: ["ignore", "ignore", "inherit", file.fd],
      ...(signal && { signal }),
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      const lacking = "there is no flock here. Try: install util-linux on the host that keeps the store";
      reject(error.code === "ENOENT" ? new Error(lacking, { cause: error }) : error);
    });
    child.on("close", (code) => {
      if (code === 0 || (code === 1 && mode === "--nonblock")) resolve(code === 0);
      else reject(new Error(`flock ended with ${code}`));
    });
  });
}
