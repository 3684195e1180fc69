import { spawn } from "node:child_process";
import { promisify } from "node:util";
import { gunzip, gzip, zstdDecompress } from "node:zlib";
import { ArchiveError } from "./release";

/** Endings an index may have, the smallest to fetch first; "" is the index as it is. */
export const ENDINGS = [".xz", ".zst", ".gz", ""] as const;

const MOST = 2 ** 31;

/** The bytes of an index, whatever its ending says it is packed with. */
export async function unpack(bytes: Buffer, path: string): Promise<Buffer> {
  try {
    if (path.endsWith(".gz")) return await promisify(gunzip)(bytes, { maxOutputLength: MOST });
    if (path.endsWith(".zst")) return await promisify(zstdDecompress)(bytes, { maxOutputLength: MOST });
    return path.endsWith(".xz") ? await xz(["--decompress"], bytes) : bytes;
  } catch (error) {
    throw new ArchiveError(`${path} cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
}

/** An index in the forms clients ask for; the same bytes for the same index. */
export async function pack(bytes: Buffer): Promise<Map<string, Buffer>> {
  return new Map([
    [".xz", await xz(["-6", "--threads=1"], bytes)],
    [".gz", await promisify(gzip)(bytes, { level: 9 })],
  ]);
}

/** Node has no xz; the program is part of every Debian (dpkg unpacks with it) and of Red Hat's base. */
function xz(options: string[], bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("xz", [...options, "--stdout"], { stdio: ["pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once("error", (error) => reject(new Error(`${error.message}. Try: apt-get install xz-utils`)));
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(new Error(said.trim() || `xz ended with ${code}`));
    });
    // Its end is what counts: a child that gave up early closes this pipe first.
    child.stdin.on("error", () => {});
    child.stdin.end(bytes);
  });
}
