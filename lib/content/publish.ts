import { randomUUID } from "node:crypto";
import { mkdir, readdir, readlink, rename, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { effect } from "../effect";
import { type Digest, isDigest } from "./digest";
import type { ContentStore } from "./store";

const pointers = (store: ContentStore): string => join(store.root, "published");

/** Points a name at content in one atomic switch: whoever reads it sees the old or the new, never neither. */
export async function publish(store: ContentStore, pointer: string, digest: Digest): Promise<void> {
  if ((await store.size(digest)) === undefined) throw new Error(`${digest} is not in the store ${store.root}`);
  if ((await published(store, pointer)) === digest) return;
  const link = join(pointers(store), pointer);
  const aside = `${link}.${randomUUID()}`;
  await mkdir(dirname(link), { recursive: true });
  await symlink(relative(dirname(link), store.path(digest)), aside);
  await effect(`publish ${pointer}`, () => rename(aside, link));
}

/** What a name points at now; undefined where it was never published. */
export async function published(store: ContentStore, pointer: string): Promise<Digest | undefined> {
  try {
    const digest = `sha256:${(await readlink(join(pointers(store), pointer))).split("/").at(-1)}`;
    if (!isDigest(digest)) throw new Error(`the pointer ${pointer} in ${store.root} does not name content`);
    return digest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Every published digest; a collector keeps them all. */
export async function allPublished(store: ContentStore): Promise<Digest[]> {
  await mkdir(pointers(store), { recursive: true });
  const entries = await readdir(pointers(store), { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(names.map((name) => published(store, relative(pointers(store), name))));
  return found.filter((digest) => digest !== undefined);
}
