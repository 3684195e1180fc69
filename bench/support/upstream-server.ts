import { createReadStream, readFileSync, type Stats, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";

export interface UpstreamOrder {
  directory: string;
  /** Bytes a second, for all clients together; none: as fast as it can. */
  rate?: number;
  /** Milliseconds before each answer. */
  delay?: number;
}

/** What it has handed out so far. */
export interface Told {
  requests: number;
  bytes: number;
}

/** Read in one piece; longer files are streamed. */
const SMALL = 64 * 1024;
/** Bytes the bucket may hold: what a switch has in its buffers. */
const BURST = 256 * 1024;
/** Asked of this path, the server tells what it has done; nothing counts this. */
export const TOLD = "/told";

/**
 * A directory over HTTP, as a web server hands it out: with dates, tags and ranges, and no faster than its bucket. As an
 * index of packages it answers with `index.json` of a directory, and calls of a method with the file `rpc/<method>`.
 */
export async function serveUpstream({ directory, rate, delay = 0 }: UpstreamOrder): Promise<void> {
  const told: Told = { requests: 0, bytes: 0 };
  const bucket = rate === undefined ? undefined : bucketOf(rate);
  const server = createServer(async (request, response) => {
    const asked = decodeURIComponent(new URL(request.url ?? "", "http://upstream.test").pathname);
    if (asked === TOLD) return void response.end(JSON.stringify(told));
    const path = request.method === "POST" ? await methodOf(request) : asked.replace(/\/$/, "/index.json");
    told.requests++;
    if (delay > 0) await setTimeout(delay);
    const stats = statSync(join(directory, path), { throwIfNoEntry: false });
    if (!stats?.isFile()) return void response.writeHead(404).end();
    await answer(request, response, join(directory, path), stats, async (bytes) => {
      told.bytes += bytes;
      await bucket?.(bytes);
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(JSON.stringify(server.address())));
}

async function methodOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return `/rpc/${/<methodName>(\w+)</.exec(body)?.[1]}`;
}

const TYPES: readonly [RegExp, Record<string, string>][] = [
  [/\/index\.json$/, { "content-type": "application/vnd.pypi.simple.v1+json" }],
  // bandersnatch takes a page for stale that is older than the serial it was told of.
  [/\/json$/, { "content-type": "application/json", "x-pypi-last-serial": "1000000" }],
  [/\/rpc\/\w+$/, { "content-type": "text/xml" }],
];

async function answer(
  { headers, method }: IncomingMessage,
  response: ServerResponse,
  file: string,
  { size, mtimeMs, mtime }: Stats,
  spend: (bytes: number) => Promise<void>,
): Promise<void> {
  const tag = `"${mtimeMs.toString(16)}-${size.toString(16)}"`;
  const since = Date.parse(headers["if-modified-since"] ?? "");
  const type = TYPES.find(([pattern]) => pattern.test(file))?.[1];
  const same = {
    ...type,
    etag: tag,
    "last-modified": mtime.toUTCString(),
    "accept-ranges": "bytes",
  };
  if (headers["if-none-match"] === tag || Math.floor(mtimeMs / 1000) * 1000 <= since) {
    return void response.writeHead(304, same).end();
  }
  const start = Number(/^bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200, { ...same, "content-length": size - start });
  if (method === "HEAD") return void response.end();
  if (size <= SMALL) {
    const body = readFileSync(file).subarray(start);
    await spend(body.length);
    return void response.end(body);
  }
  const spent = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      await spend(chunk.length);
      yield chunk;
    }
  };
  // A client that hangs up is none of the server's failures.
  await pipeline(createReadStream(file, { start, highWaterMark: SMALL }), spent, response).catch(() => {});
}

/** Waits until so many bytes may go. */
function bucketOf(rate: number): (bytes: number) => Promise<void> {
  let free = 0;
  return async (bytes) => {
    const now = performance.now();
    free = Math.max(free, now - (BURST / rate) * 1000) + (bytes / rate) * 1000;
    if (free > now + 1) await setTimeout(free - now);
  };
}
