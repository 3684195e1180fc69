import { assertSame, type Descriptor, type Digest, digestOf, verified } from "../content/digest";
import type { RegistryClient } from "./client";
import { RegistryError } from "./registry-error";

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

/**
 * The blob piece by piece, asked for when it is first read; fails unless the very bytes expected came. A download cut
 * short goes on where it ended. With `start` it is the rest from that byte on, which nothing proves: whoever takes it
 * must know the whole.
 */
export function openBlob(
  client: RegistryClient,
  repository: string,
  blob: Pick<Descriptor, "digest" | "size">,
  signal?: AbortSignal,
  start = 0,
): AsyncIterable<Buffer> {
  const path = `blobs/${blob.digest}`;
  const from = async (byte: number) => {
    const [headers, accept] = byte === 0 ? [{}, [200]] : [{ range: `bytes=${byte}-` }, [206]];
    return (await client.open({ method: "GET", repository, path, headers, accept, ...(signal && { signal }) })).stream;
  };
  const bytes = unbroken(start, from);
  return start > 0 ? bytes : verified(bytes, blob, nameOf(client, repository, path));
}

/** Goes on with a new stream after a temporary failure, as long as each brings something. */
async function* unbroken(
  start: number,
  from: (byte: number) => Promise<AsyncIterable<Buffer>>,
): AsyncGenerator<Buffer> {
  for (let at = start; ; ) {
    const begun = at;
    const stream = await from(at);
    try {
      for await (const chunk of stream) {
        at += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (at === begun || !(error instanceof RegistryError && error.temporary)) throw error;
    }
  }
}

/** A small blob, such as an image configuration, as a whole: one request that needs no connection of its own. */
export async function readBlob(
  client: RegistryClient,
  repository: string,
  blob: Pick<Descriptor, "digest" | "size">,
  signal?: AbortSignal,
): Promise<Buffer> {
  const path = `blobs/${blob.digest}`;
  const call = { repository, path, accept: [200], ...(signal && { signal }) };
  const { body } = await client.request({ ...call, method: "GET" });
  assertSame({ digest: digestOf(body), size: body.length }, blob, nameOf(client, repository, path));
  return body;
}

const nameOf = (client: RegistryClient, repository: string, path: string): string =>
  `GET ${client.address}/${repository}/${path}`;
