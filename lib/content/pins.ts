import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { effect } from "../effect";
import type { Digest } from "./digest";
import { alone } from "./lock";
import { absent, removeRecord, replace } from "./record";
import type { ContentStore } from "./store";

const directory = (store: ContentStore): string => join(store.root, "pins");
const file = (store: ContentStore, owner: string): string => join(directory(store), encodeURIComponent(owner));

/** Where it is noted what stands in a store; each of these was pinned before it was noted. */
const NOTED = ["mirrors", "indexes", "wheels", "snapshots", "served"];

/** Makes the directory of pins. Where it was lost nothing says any more what may be removed, so nothing is. */
async function standing(store: ContentStore): Promise<void> {
  if (existsSync(directory(store))) return;
  for (const each of NOTED) {
    const names = (await readdir(join(store.root, each)).catch(absent)) ?? [];
    const record = names.find((name) => name.endsWith(".json"));
    if (record === undefined) continue;
    const lost = `${directory(store)} is gone, and ${store.root}/${each}/${record} says that something stands here`;
    const aside = `all .json files of ${NOTED.join(", ")} there aside: the next up makes them anew, without a fetch`;
    throw new Error(
      `${lost}: what must stay is not known, and nothing was removed. Try: pins from a backup, or move ${aside}`,
    );
  }
  await mkdir(directory(store), { recursive: true });
}

/** Says what an owner (a stack, a release, a bundle) needs; replaces what the same owner said before. */
export async function pin(store: ContentStore, owner: string, digests: readonly Digest[]): Promise<void> {
  const text = [...new Set(digests)].sort().map((digest) => `${digest}\n`);
  await withPins(store, () => replace(file(store, owner), (aside) => writeFile(aside, text), `pin ${owner}`));
}

/** Nobody pins while this runs. */
export async function withPins<T>(store: ContentStore, run: () => Promise<T>): Promise<T> {
  await standing(store);
  return alone(directory(store), run);
}

export async function unpin(store: ContentStore, owner: string): Promise<void> {
  await effect(`unpin ${owner}`, () => removeRecord(file(store, owner)));
}

export function isPinning(store: ContentStore, owner: string): boolean {
  return existsSync(file(store, owner));
}

/** What this owner pins. */
export async function pinnedBy(store: ContentStore, owner: string): Promise<Digest[]> {
  return digestsIn(await readFile(file(store, owner), "utf8").catch(absent));
}

/** Every pinned digest, but for those that only `besides` pins. */
export async function pinned(store: ContentStore, besides?: string): Promise<Digest[]> {
  await standing(store);
  const own = besides === undefined ? undefined : encodeURIComponent(besides);
  for (;;) {
    const owners = (await readdir(directory(store))).filter((name) => !name.endsWith("~") && name !== own);
    const lists = await Promise.all(owners.map((name) => readFile(join(directory(store), name), "utf8").catch(absent)));
    // A pin that went meanwhile may have been replaced by one that was not listed yet.
    if (!lists.includes(undefined)) return lists.flatMap(digestsIn);
  }
}

const digestsIn = (list: string | undefined): Digest[] => (list?.split("\n").filter(Boolean) ?? []) as Digest[];
