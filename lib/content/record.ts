import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { z } from "zod";
import { effect } from "../effect";
import { canonicalJson } from "./digest";
import { parseForm } from "./form";

/** A small JSON file beside a store's content; undefined where there is none. */
export async function readRecord<T>(file: string): Promise<T | undefined> {
  const text = await readFile(file, "utf8").catch(absent);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/** One that others rely on: another form than this is refused in words. */
export async function readForm<T>(file: string, form: z.ZodType): Promise<T | undefined> {
  const text = await readFile(file, "utf8").catch(absent);
  return text === undefined ? undefined : parseRecord<T>(file, form, text);
}

export const parseRecord = <T>(file: string, form: z.ZodType, text: string): T =>
  parseForm(form, text, file, "without that file: the next up makes it anew of what is in the store");

/** Writes it in one step. */
export function writeRecord(file: string, value: unknown, what: string): Promise<void> {
  return replace(file, (aside) => writeFile(aside, canonicalJson(value)), what);
}

/** Lets `make` make a file aside, and puts it in the place of the one that stands there. */
export async function replace(file: string, make: (aside: string) => Promise<unknown>, what: string): Promise<void> {
  // A name of its own: two writers of one name would put a half-written file in place.
  const aside = `${file}.${randomUUID()}~`;
  await mkdir(dirname(file), { recursive: true });
  await effect(what, async () => {
    await sweep(file);
    await make(aside);
    await rename(aside, file);
  });
}

/** Takes it away, with what killed writers left beside it. */
export async function removeRecord(file: string): Promise<void> {
  await sweep(file, 0);
  await rm(file, { force: true });
}

/** A writer takes milliseconds; one that is older was killed. */
const OLD = 60_000;
const ASIDE = /^\.[0-9a-f-]{36}~$/;

async function sweep(file: string, age = OLD): Promise<void> {
  const aside = (name: string) => name.startsWith(basename(file)) && ASIDE.test(name.slice(basename(file).length));
  for (const name of (await names(dirname(file))).filter(aside)) {
    const path = join(dirname(file), name);
    const written = (await lstat(path).catch(absent))?.mtimeMs ?? 0;
    if (Date.now() - written >= age) await rm(path, { force: true });
  }
}

const names = async (directory: string): Promise<string[]> => (await readdir(directory).catch(absent)) ?? [];

/** For `catch`: what is not there is undefined, and anything else an error. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
