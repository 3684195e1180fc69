import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { effect } from "../effect";
import { canonicalJson } from "./digest";

/** A small JSON file beside a store's content; undefined where there is none. */
export async function readRecord<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes it in one step. */
export function writeRecord(file: string, value: unknown, what: string): Promise<void> {
  return replace(file, (aside) => writeFile(aside, canonicalJson(value)), what);
}

/** Lets `make` make a file aside, and puts it in the place of the one that stands there. */
export async function replace(file: string, make: (aside: string) => Promise<unknown>, what: string): Promise<void> {
  // One name, so that the next writer takes up what a killed one left.
  const aside = `${file}~`;
  await mkdir(dirname(file), { recursive: true });
  await effect(what, async () => {
    await rm(aside, { force: true });
    await make(aside);
    await rename(aside, file);
  });
}

/** Takes it away, with what a killed writer left beside it. */
export async function removeRecord(file: string): Promise<void> {
  await rm(`${file}~`, { force: true });
  await rm(file, { force: true });
}
