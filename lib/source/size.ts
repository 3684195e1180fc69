import type { DownloadClient } from "../http/download-client";
import { type RetryPolicy, retrying } from "../http/retry";

const POLICY: RetryPolicy = { attempts: 5, backoff: 300 };

/** How many bytes a file has, as its server says. Asked by a range, for the servers that know no HEAD. */
export async function sizeOf(client: DownloadClient, url: URL, signal: AbortSignal): Promise<number> {
  const answer = await retrying(POLICY, signal, () => client.get(url, { range: "bytes=0-0" }, [200, 206], signal));
  await answer.drop();
  const told =
    answer.status === 206
      ? /\/(\d+)$/.exec(answer.header("content-range") ?? "")?.[1]
      : answer.header("content-length");
  if (told !== undefined) return Number(told);
  throw new Error(`${url.origin}${url.pathname}: its server does not tell its size. Try: give it as "size"`);
}
