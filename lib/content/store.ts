import { createHash, randomUUID } from "node:crypto";
import { createReadStream, rmSync, statSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { effect } from "../effect";
import { type Digest, isDigest } from "./digest";

/**
 * Content by digest in a directory: `blobs/sha256/<hex>`, which is also how an OCI image layout keeps its blobs.
 * Bytes are hashed while they are written and appear under their name only when whole and on disk.
 */
export class ContentStore {
  constructor(readonly root: string) {}

  path(digest: Digest): string {
    return `${this.root}/blobs/sha256/${digest.slice("sha256:".length)}`;
  }

  /** Asked for each of many thousand files: a call that waits on a thread takes ten times as long. */
  async size(digest: Digest): Promise<number | undefined> {
    return statSync(this.path(digest), { throwIfNoEntry: false })?.size;
  }

  open(digest: Digest): Readable {
    return createReadStream(this.path(digest));
  }

  /** Adds content. With `expected`, content of another digest is refused and leaves nothing. */
  async put(content: Buffer | AsyncIterable<Buffer>, expected?: Digest): Promise<{ digest: Digest; size: number }> {
    if (expected) {
      const size = await this.size(expected);
      if (size !== undefined) return { digest: expected, size };
    }
    const incoming = join(this.root, "incoming", randomUUID());
    await mkdir(join(this.root, "incoming"), { recursive: true });
    await mkdir(join(this.root, "blobs", "sha256"), { recursive: true });
    return effect(`store ${expected ?? "content"}`, async () => {
      try {
        const written = await writeHashed(incoming, content);
        if (expected && written.digest !== expected) throw new Error(`content is ${written.digest}, not ${expected}`);
        // What is there already stays the file that trees link to.
        if ((await this.size(written.digest)) === written.size) await rm(incoming);
        else await rename(incoming, this.path(written.digest));
        return written;
      } catch (error) {
        await rm(incoming, { force: true });
        throw error;
      }
    });
  }

  async digests(): Promise<Digest[]> {
    try {
      const names = await readdir(join(this.root, "blobs", "sha256"));
      return names.map((name) => `sha256:${name}` as Digest).filter(isDigest);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  async remove(digest: Digest): Promise<void> {
    await effect(`remove ${digest}`, async () => rmSync(this.path(digest), { force: true }));
  }
}

async function writeHashed(
  path: string,
  content: Buffer | AsyncIterable<Buffer>,
): Promise<{ digest: Digest; size: number }> {
  const hash = createHash("sha256");
  const file = await open(path, "wx");
  let size = 0;
  try {
    for await (const chunk of Buffer.isBuffer(content) ? [content] : content) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
      await file.writeFile(chunk as Buffer);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}
