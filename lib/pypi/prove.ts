import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { targetName } from "./choose";
import type { Target } from "./tags";

export interface ProofOrder {
  /** Path of uv. */
  uv: string;
  /** The simple index as clients reach it. */
  index: string;
  /** A lock: one set of versions, not several of a name. */
  lock: string;
  targets: readonly Target[];
}

/**
 * Asks uv, as each target, whether the set and all it depends on can be had from our index alone, as wheels. Nothing is
 * built or installed, so one machine answers for all. Returns what is lacking, by target.
 */
export async function prove(
  { uv, index, lock, targets }: ProofOrder,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const directory = await mkdtemp(join(tmpdir(), "prove-"));
  const holes = new Map<string, string>();
  try {
    const file = join(directory, "lock.txt");
    await writeFile(file, lock);
    for (const target of targets) {
      const plain = ["--no-config", "--no-build", "--quiet", "--cache-dir", join(directory, "cache")];
      const as = ["--python-version", target.python, "--python-platform", platformOf(target)];
      const argv = ["pip", "compile", ...plain, ...as, "--default-index", index, file];
      await promisify(execFile)(uv, argv, signal ? { signal } : {}).catch(
        (error: { stderr?: string; message: string }) => {
          signal?.throwIfAborted();
          if (error.stderr === undefined) throw error;
          holes.set(targetName(target), error.stderr.trim().slice(0, 2000));
        },
      );
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return holes;
}

/** As uv names it; of s390x it knows one C library only. */
function platformOf({ architecture, glibc }: Target): string {
  if (architecture === "s390x") return "s390x-unknown-linux-gnu";
  return `${architecture}-manylinux_${glibc.replace(".", "_")}`;
}
