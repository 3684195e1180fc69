import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { effect } from "../effect";
import type { DownloadClient } from "../http/download-client";
import { HttpError } from "../http/http-error";
import { type RetryPolicy, retrying } from "../http/retry";
import type { Digest } from "./digest";

export interface Wanted {
  url: URL;
  digest: Digest;
  size: number;
}

export interface DownloadProgress {
  /** Called with the bytes of each chunk as it comes, and below zero for those that have to come again. */
  onBytes?: (count: number) => void;
  signal?: AbortSignal;
}

const POLICY: RetryPolicy = { attempts: 5, backoff: 300 };

/**
 * Fetches a file of known digest into `part`, going on where an earlier attempt or process ended. It is whole and
 * verified when this returns, and not yet on disk for good.
 */
export async function download(
  client: DownloadClient,
  { url, digest, size }: Wanted,
  part: string,
  { onBytes = () => {}, signal }: DownloadProgress = {},
): Promise<void> {
  await mkdir(dirname(part), { recursive: true });
  let have = 0;
  const run = async (): Promise<void> => {
    const file = await open(part, "a+");
    try {
      const hash = createHash("sha256");
      const stood = await standing(part, file, size, hash);
      have = stood;
      if (have < size || size === 0) have = await rest(client, url, file, { have, size, hash, onBytes, signal });
      const got = `sha256:${hash.digest("hex")}`;
      if (got === digest) return;
      await file.truncate(0);
      onBytes(stood - have);
      // What an earlier attempt left may be what is bad: once more, from the beginning.
      if (stood > 0) return await run();
      throw new HttpError({ url, detail: `${have} bytes of ${got} came instead of ${size} of ${digest}` });
    } finally {
      await file.close();
    }
  };
  await effect(`download ${url.pathname}`, () => retrying(POLICY, signal, run, () => have));
}

/** What stands of the file already, hashed; a part that is too long is none of ours. */
async function standing(part: string, file: FileHandle, size: number, hash: Hash): Promise<number> {
  const { size: found } = await file.stat();
  if (found > size) {
    await file.truncate(0);
    return 0;
  }
  if (found > 0) for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer);
  return found;
}

interface Rest {
  have: number;
  size: number;
  hash: Hash;
  onBytes: (count: number) => void;
  signal: AbortSignal | undefined;
}

async function rest(client: DownloadClient, url: URL, file: FileHandle, want: Rest): Promise<number> {
  const { hash, size, onBytes, signal } = want;
  let { have } = want;
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const answer = await client.get(url, headers, have > 0 ? [200, 206] : [200], signal);
  // A server without ranges begins anew: what we have of it is skipped, and was hashed already.
  let skip = answer.status === 200 ? have : 0;
  for await (const chunk of answer.body) {
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (have + fresh.length > size) {
      await answer.drop().catch(() => {});
      throw new HttpError({ url, detail: `more than the ${size} bytes the index names` });
    }
    hash.update(fresh);
    await file.write(fresh);
    have += fresh.length;
    onBytes(fresh.length);
  }
  if (have < size)
    throw new HttpError({ url, code: "UND_ERR_SOCKET", detail: `it ended after ${have} of ${size} bytes` });
  return have;
}
