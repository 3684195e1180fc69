import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ImageError } from "./image";
import { indexTar } from "./tar-reader";

/** The named files an image is read from: a directory, or a tar archive left as it is. */
export interface ImageFiles {
  /** For messages. */
  readonly source: string;
  /** Bytes of a file, or undefined where there is none of that name. */
  size(name: string): Promise<number | undefined>;
  open(name: string, start?: number): Readable;
  read(name: string): Promise<Buffer>;
}

export async function imageFiles(path: string): Promise<ImageFiles> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageError(`no image at ${path}: ${error.message}`, { cause: error });
  });
  return found.isDirectory() ? directory(path) : archive(path);
}

function directory(path: string): ImageFiles {
  return {
    source: path,
    size: async (name) => {
      try {
        return (await stat(join(path, name))).size;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    open: (name, start = 0) => createReadStream(join(path, name), { start }),
    read: (name) => readFile(join(path, name)),
  };
}

async function archive(path: string): Promise<ImageFiles> {
  const entries = await indexTar(path);
  const open = (name: string, start = 0) => {
    const entry = entries.get(name);
    if (!entry) throw new ImageError(`${path} holds no ${name}`);
    if (start >= entry.size) return Readable.from([]);
    return createReadStream(path, { start: entry.offset + start, end: entry.offset + entry.size - 1 });
  };
  const read = async (name: string) => Buffer.concat((await open(name).toArray()) as Buffer[]);
  return { source: path, size: async (name) => entries.get(name)?.size, open, read };
}
