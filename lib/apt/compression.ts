import { type ChildProcess, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, createZstdDecompress, gzip } from "node:zlib";
import { ArchiveError } from "./release";

/** Endings an index may have, the smallest to fetch first; "" is the index as it is. */
export const ENDINGS = [".xz", ".zst", ".gz", ""] as const;

/** The bytes of an index as they are unpacked, whatever the ending of its path says it is packed with. */
export async function* unpacked(file: string, path: string): AsyncGenerator<Buffer> {
  try {
    if (path.endsWith(".xz")) yield* unxz(file);
    else if (path.endsWith(".gz")) yield* through(file, createGunzip());
    else if (path.endsWith(".zst")) yield* through(file, createZstdDecompress());
    else yield* createReadStream(file);
  } catch (error) {
    throw new ArchiveError(`${path} cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
}

/** An index in the forms clients ask for; the same bytes for the same index. */
export async function pack(bytes: Buffer): Promise<Map<string, Buffer>> {
  return new Map([
    [".xz", await xz(bytes)],
    [".gz", await promisify(gzip)(bytes, { level: 9 })],
  ]);
}

// Its error reaches whoever reads.
const through = (file: string, unpacker: Transform): AsyncIterable<Buffer> =>
  pipeline(createReadStream(file), unpacker, () => {});

/** Node has no xz; the program is part of every Debian (dpkg unpacks with it) and of Red Hat's base. */
async function* unxz(file: string): AsyncGenerator<Buffer> {
  const packed = await open(file);
  const child = spawn("xz", ["--decompress", "--stdout"], { stdio: [packed.fd, "pipe", "pipe"] });
  const stdout = child.stdout as Readable;
  const end = endOf(child);
  try {
    yield* stdout;
    await end();
  } finally {
    // For whoever reads no further, too.
    stdout.destroy();
    await packed.close();
  }
}

async function xz(bytes: Buffer): Promise<Buffer> {
  const child = spawn("xz", ["-6", "--threads=1", "--stdout"], { stdio: ["pipe", "pipe", "pipe"] });
  const end = endOf(child);
  // Its end is what counts: a child that gave up early closes this pipe first.
  child.stdin.on("error", () => {});
  child.stdin.end(bytes);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await end();
  return Buffer.concat(chunks);
}

/** Waits for the end of a child, and fails with what it said where it did. */
function endOf(child: ChildProcess): () => Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const failure = new Promise<Error | undefined>((resolve) => {
    child.once("error", (error) => resolve(new Error(`${error.message}. Try: apt-get install xz-utils`)));
    child.once("close", (code) => resolve(code === 0 ? undefined : new Error(said.trim() || `xz ended with ${code}`)));
  });
  return async () => {
    const error = await failure;
    if (error) throw error;
  };
}
