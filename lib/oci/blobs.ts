import { pipeline, type Readable, Transform } from "node:stream";
import { type Descriptor, type Digest, verifying } from "../content/digest";
import type { RegistryClient } from "./client";
import type { Blob } from "./image";

export interface TransferOptions {
  signal?: AbortSignal;
  /** Called with the bytes of each chunk as it leaves. */
  onBytes?: (count: number) => void;
  /** A repository of the same registry that may hold the blob: then nothing is sent. */
  mountFrom?: string;
}

/** Whether the repository holds the blob; absence is proven by a registry's 404. */
export async function hasBlob(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean> {
  const path = `blobs/${digest}`;
  const answer = await client.request({
    method: "HEAD",
    repository,
    path,
    accept: [200, 404],
    ...(signal && { signal }),
  });
  if (answer.status === 404) await client.assertRegistry(signal);
  return answer.status === 200;
}

/** The blob as a stream that fails unless the very bytes expected came. */
export async function openBlob(
  client: RegistryClient,
  repository: string,
  blob: Pick<Descriptor, "digest" | "size">,
  signal?: AbortSignal,
): Promise<Readable> {
  const path = `blobs/${blob.digest}`;
  const { stream } = await client.open({ method: "GET", repository, path, accept: [200], ...(signal && { signal }) });
  // Errors of either part reach whoever reads the result.
  return pipeline(stream, verifying(blob, `GET ${client.address}/${repository}/${path}`), () => {});
}

/** A small blob, such as an image configuration, as a whole. */
export async function readBlob(
  client: RegistryClient,
  repository: string,
  blob: Pick<Descriptor, "digest" | "size">,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await openBlob(client, repository, blob, signal)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Uploads a blob whether or not it is there; the registry refuses bytes of another digest. */
export function pushBlob(
  client: RegistryClient,
  repository: string,
  blob: Blob,
  { signal, onBytes = () => {}, mountFrom }: TransferOptions = {},
): Promise<"uploaded" | "mounted"> {
  const { digest, size } = blob;
  const call = { repository, attempts: 1, ...(signal && { signal }), ...(mountFrom && { mountFrom }) };
  const query: Record<string, string> = mountFrom ? { mount: digest, from: mountFrom } : {};
  // A broken upload leaves its session in an unknown state: the whole sequence is what may be repeated.
  return client.retrying(signal, async () => {
    const begun = await client.request({ ...call, method: "POST", path: "blobs/uploads/", query, accept: [201, 202] });
    if (begun.status === 201) return "mounted";
    const path = new URL(begun.header("location") ?? "", begun.url);
    let sent = 0;
    const open = () => {
      onBytes(-sent);
      sent = 0;
      return counted(blob.open(), (count) => {
        sent += count;
        onBytes(count);
      });
    };
    const headers = { "content-type": "application/octet-stream" };
    const body = { size, open };
    await client
      .request({ ...call, method: "PUT", path, query: { digest }, headers, body, accept: [201] })
      .catch((error) => {
        onBytes(-sent);
        throw error;
      });
    return "uploaded";
  });
}

function counted(source: Readable, onBytes: (count: number) => void): Readable {
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  return pipeline(source, counter, () => {});
}
