import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A preview older than this is not what the person who says yes has in mind. */
const FRESH = 60 * 60_000;

interface Resolution<T> {
  /** Digest of what was asked. */
  question: string;
  at: string;
  answer: T;
}

export interface ResolutionFiles {
  /** Where a preview writes down what it found, for the update of the same `up`. */
  preview: string;
  /** Beside the stack file and kept in git where it exists: the answer that previews and updates anywhere go by. */
  lock: string;
}

/**
 * What upstreams offer now, asked once. `up` runs the program twice, for the preview and for the update: the preview
 * writes down what it found and the update carries out exactly that. A lock file stands above both; one that answers
 * another question is refused rather than ignored.
 */
export async function resolution<T>(
  files: ResolutionFiles,
  question: unknown,
  preview: boolean,
  resolve: () => Promise<T>,
): Promise<T> {
  const asked = createHash("sha256").update(JSON.stringify(question)).digest("hex");
  const locked = await standing<T>(files.lock);
  if (locked && locked.question !== asked) {
    throw new Error(`${files.lock} was made for another site file. Try: make lock`);
  }
  if (locked) return locked.answer;
  if (!preview) {
    const found = await standing<T>(files.preview);
    await rm(files.preview, { force: true });
    if (found?.question === asked && Date.now() - Date.parse(found.at) < FRESH) return found.answer;
    return resolve();
  }
  const answer = await resolve();
  await write(files.preview, { question: asked, at: new Date().toISOString(), answer });
  return answer;
}

async function write<T>(file: string, found: Resolution<T>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 });
  await rename(aside, file);
}

async function standing<T>(file: string): Promise<Resolution<T> | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Resolution<T>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
