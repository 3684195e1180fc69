import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A preview older than this is not what the person who says yes has in mind. */
const FRESH = 60 * 60_000;

interface Resolution<T> {
  question: string;
  at: number;
  answer: T;
}

/**
 * `up` runs the program twice, for the preview and for the update. The preview writes down what it found and the update
 * carries out exactly that, once; a change of the question in between makes it look again.
 */
export async function resolution<T>(
  file: string,
  question: unknown,
  preview: boolean,
  resolve: () => Promise<T>,
): Promise<T> {
  const asked = createHash("sha256").update(JSON.stringify(question)).digest("hex");
  if (!preview) {
    const found = await standing<T>(file);
    await rm(file, { force: true });
    if (found?.question === asked && Date.now() - found.at < FRESH) return found.answer;
    return resolve();
  }
  const answer = await resolve();
  await mkdir(dirname(file), { recursive: true });
  const written: Resolution<T> = { question: asked, at: Date.now(), answer };
  await writeFile(`${file}.${process.pid}`, JSON.stringify(written), { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
  return answer;
}

async function standing<T>(file: string): Promise<Resolution<T> | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Resolution<T>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
