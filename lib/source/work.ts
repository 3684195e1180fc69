import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ContentStore } from "../content/store";
import { effect } from "../effect";

/** Whose the bytes are that are on their way into the store. */
export const ownerOf = (name: string): string => `source-${name}`;

/** Where they are until they are whole: beside the content, and gone on with by the next run. */
export const workDirectory = (store: ContentStore, name: string): string => join(store.root, "incoming", ownerOf(name));

export async function clearWork(store: ContentStore, name: string): Promise<void> {
  await effect(`clear ${ownerOf(name)}`, () => rm(workDirectory(store, name), { recursive: true, force: true }));
}
