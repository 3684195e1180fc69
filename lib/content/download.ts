import { createHash, type Hash } from "node:crypto";
import { createReadStream, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { effect } from "../effect";
import type { Answer, DownloadClient } from "../http/download-client";
import { HttpError } from "../http/http-error";
import { type RetryPolicy, retrying } from "../http/retry";
import { type Digest, digestOf } from "./digest";

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
/** Not worth going on with where it was cut. */
const SMALL = 64 * 1024;

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
  // What an earlier run linked there from elsewhere is not ours to write to.
  if ((statSync(part, { throwIfNoEntry: false })?.nlink ?? 1) > 1) rmSync(part);
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
      throw otherBytes(url, have, got, { digest, size });
    } finally {
      await file.close();
    }
  };
  const once = size > SMALL ? run : () => whole(client, { url, digest, size }, part, onBytes, signal);
  await effect(`download ${url.pathname}`, () => retrying(POLICY, signal, once, () => have));
}

/** In one piece and one write: most packages are small, and calls that wait on a thread each cost more than they do. */
async function whole(
  client: DownloadClient,
  { url, digest, size }: Wanted,
  part: string,
  onBytes: (count: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const answer = await client.get(url, {}, [200], signal);
  const chunks: Buffer[] = [];
  let have = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    have += chunk.length;
    if (have > size) throw await tooLong(answer, url, size);
  }
  if (have < size) throw tooShort(url, have, size);
  const bytes = Buffer.concat(chunks);
  const got = digestOf(bytes);
  if (got !== digest) throw otherBytes(url, have, got, { digest, size });
  writeFileSync(part, bytes);
  onBytes(have);
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
    if (have + fresh.length > size) throw await tooLong(answer, url, size);
    hash.update(fresh);
    // A call that waits on a thread each time would take longer than the write.
    for (let at = 0; at < fresh.length; ) at += writeSync(file.fd, fresh, at);
    have += fresh.length;
    onBytes(fresh.length);
  }
  if (have < size) throw tooShort(url, have, size);
  return have;
}

async function tooLong(answer: Answer, url: URL, size: number): Promise<HttpError> {
  await answer.drop().catch(() => {});
  return new HttpError({ url, detail: `more than the ${size} bytes the index names` });
}

/** As a connection that was cut: some servers end so what they could not finish. */
const tooShort = (url: URL, have: number, size: number): HttpError =>
  new HttpError({ url, code: "UND_ERR_SOCKET", detail: `it ended after ${have} of ${size} bytes` });

const otherBytes = (url: URL, have: number, got: string, { digest, size }: Omit<Wanted, "url">): HttpError =>
  new HttpError({ url, detail: `${have} bytes of ${got} came instead of ${size} of ${digest}` });
