import { readFile } from "node:fs/promises";

/** Texts of requirement lists beside the program, by their names. */
export async function readLists(files: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")])));
}
