import { readFile } from "node:fs/promises";

/** Certificates beside the program. */
export async function pemFile(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${path}: ${error.code}. Try: a path relative to the project directory`);
  });
  if (!bytes.includes("-----BEGIN CERTIFICATE-----")) throw new Error(`${path} holds no certificate as PEM`);
  return bytes;
}
