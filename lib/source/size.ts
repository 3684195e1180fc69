import type { DownloadClient } from "../http/download-client";
import { type RetryPolicy, retrying } from "../http/retry";

const POLICY: RetryPolicy = { attempts: 5, backoff: 300 };

/** How many bytes a file has, as its server says. Asked by a range, for the servers that know no HEAD. `given` is for those that do not tell. */
export async function sizeOf(client: DownloadClient, url: URL, signal: AbortSignal, given?: number): Promise<number> {
  const answer = await retrying(POLICY, signal, () => client.get(url, { range: "bytes=0-0" }, [200, 206], signal));
  await answer.drop();
  const told =
    answer.status === 206
      ? /\/(\d+)$/.exec(answer.header("content-range") ?? "")?.[1]
      : answer.header("content-length");
  const size = told === undefined ? given : Number(told);
  if (size !== undefined) return size;
  throw new Error(`${url.origin}${url.pathname}: its server does not tell its size. Try: give it as "size"`);
}
