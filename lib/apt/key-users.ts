import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readRecord, writeRecord } from "../content/record";
import { readSummary } from "./summary";

/** A mirror that signs with a key. */
interface User {
  store: string;
  name: string;
}

const directory = (home: string): string => join(home, "signs");

/** Notes that a mirror signs with the key of this home: while it does, the key stays. */
export async function noteSigner(home: string, { store, name }: User): Promise<void> {
  const file = join(directory(home), encodeURIComponent(`${store}#${name}`));
  if (!(await readRecord(file))) await writeRecord(file, { store, name }, `note that ${name} is signed here`);
}

/** Mirrors that are signed by it still, as they themselves say. */
export async function signersWith(home: string): Promise<string[]> {
  const files = await readdir(directory(home)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const users = await Promise.all(files.map((file) => readRecord<User>(join(directory(home), file))));
  const signed: string[] = [];
  for (const user of users) {
    const summary = user && (await readSummary(user.store, user.name));
    if (summary?.signWith?.home === home) signed.push(`mirror ${user?.name} in ${user?.store}`);
  }
  return signed.sort();
}
