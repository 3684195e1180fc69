import type { Readable } from "node:stream";
import { Agent, request } from "undici";
import { TEMPORARY_CODE } from "../http/temporary";
import { RegistryError } from "./registry-error";

export interface Exchange {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: URL;
  headers: Record<string, string>;
  body?: Buffer | Readable;
  signal?: AbortSignal;
}

/** Requests that end with their answer, or answers that stay open while they are read. */
export type Pool = "short" | "streams";

interface Head {
  /** Where the answer came from, after redirects. */
  url: URL;
  status: number;
  header(name: string): string | undefined;
}
export type Answer = Head & { body: Buffer };
export type OpenAnswer = Head & { stream: AsyncIterable<Buffer> };

/** Manifests are at most 4 MiB in every registry; token and error answers are smaller. */
const LARGEST_ANSWER = 16 * 1024 * 1024;

export interface TransportOptions {
  ca?: string;
  connections: number;
  timeout: number;
}

/** One HTTP exchange, with failures told as RegistryError. */
export class Transport {
  private readonly short: Agent;
  // Open blob streams hold their connection: with one pool, as many copies as connections would wait for each other.
  private readonly streams: Agent;

  constructor({ ca, connections, timeout }: TransportOptions) {
    const connect = { timeout, ...(ca === undefined ? {} : { ca }) };
    const agent = () => new Agent({ connections, connect, headersTimeout: timeout, bodyTimeout: timeout });
    this.short = agent();
    this.streams = agent();
  }

  async open(call: Exchange, pool: Pool): Promise<OpenAnswer> {
    const { url, method, headers, body = null, signal } = call;
    try {
      // undici would end the connection after each HEAD, for servers that send a body with it; no registry does.
      const options = { method, headers, body, reset: false, dispatcher: this[pool], ...(signal ? { signal } : {}) };
      const answer = await request(url, options);
      const header = (name: string) => [answer.headers[name]].flat()[0];
      return { url, status: answer.statusCode, header, stream: told(call, answer.body) };
    } catch (error) {
      throw failure(call, error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.short.destroy(), this.streams.destroy()]);
  }
}

/** Reads the answer to its end, which frees its connection. */
export async function collect(call: Exchange, { stream, ...head }: OpenAnswer): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) {
      throw new RegistryError({
        ...call,
        status: head.status,
        detail: `the answer is longer than ${LARGEST_ANSWER} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return { ...head, body: Buffer.concat(chunks) };
}

async function* told(call: Exchange, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw failure(call, error);
  }
}

function failure(call: Exchange, error: unknown): unknown {
  if (call.signal?.aborted) return call.signal.reason;
  const { code, message } = error as { code?: string; message: string };
  return new RegistryError({
    ...call,
    ...(code === undefined ? {} : { code }),
    detail: message || "no connection",
    temporary: code !== undefined && TEMPORARY_CODE.has(code),
    cause: error,
  });
}
