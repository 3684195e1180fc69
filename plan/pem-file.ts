import { readFile } from "node:fs/promises";

/** The authority of an upstream, as its client takes it: nothing where the stack file names none. */
export async function authority(ca: string | undefined): Promise<{ ca?: string }> {
  return ca === undefined ? {} : { ca: (await pemFile(ca)).toString() };
}

/** Certificates beside the program. */
export async function pemFile(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${path}: ${error.code}. Try: a path relative to the project directory`);
  });
  if (!bytes.includes("-----BEGIN CERTIFICATE-----")) throw new Error(`${path} holds no certificate as PEM`);
  return bytes;
}
