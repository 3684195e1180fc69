import { createReadStream } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { Arrivals } from "../content/arrivals";
import { digestOf, digestOfStream } from "../content/digest";
import type { ContentStore } from "../content/store";
import { ownerOf } from "./files";
import type { SourceFile } from "./manifest";

/** A file that was made here: what it holds, or where it is until it is in the store. */
export interface Made {
  path: string;
  content: Buffer | { file: string };
}

/** Brings what was made here into a store, by way of the directory that a killed run is cleared from. */
export async function bringIn(store: ContentStore, name: string, all: readonly Made[]): Promise<SourceFile[]> {
  const arrivals = new Arrivals(store, ownerOf(name));
  const files = await Promise.all(
    all.map(async ({ path, content }) => {
      const described = Buffer.isBuffer(content)
        ? { digest: digestOf(content), size: content.length }
        : await digestOfStream(createReadStream(content.file));
      return { path, ...described, content };
    }),
  );
  for (const [digest, { content, size }] of new Map(files.map((each) => [each.digest, each]))) {
    const part = arrivals.part(digest);
    if (Buffer.isBuffer(content)) await writeFile(part, content);
    else await rename(content.file, part);
    await arrivals.add(digest, size);
  }
  await arrivals.settle();
  return files.map(({ content: _, ...file }) => file);
}
