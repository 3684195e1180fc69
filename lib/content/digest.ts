import { createHash } from "node:crypto";

/** `sha256:` and 64 lower-case hex digits: the one algorithm every registry knows. */
export type Digest = `sha256:${string}`;

export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
}

type Named = Pick<Descriptor, "digest" | "size">;

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

export function digestOf(bytes: Buffer | string): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export async function digestOfStream(stream: AsyncIterable<Buffer>): Promise<{ digest: Digest; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

/** Hands bytes on and fails at the end, or as soon as too many came, unless they are the ones expected. */
export async function* verified(bytes: AsyncIterable<Buffer>, expected: Named, source: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    hash.update(chunk);
    if (size > expected.size) throw new Error(`${source}: more than the ${expected.size} bytes of ${expected.digest}`);
    yield chunk;
  }
  assertSame({ digest: `sha256:${hash.digest("hex")}`, size }, expected, source);
}

/** Throws unless what came is what was expected. */
export function assertSame(came: Named, expected: Named, source: string): void {
  if (came.digest === expected.digest && came.size === expected.size) return;
  const [got, wanted] = [`${came.size} bytes of ${came.digest}`, `${expected.size} of ${expected.digest}`];
  throw new Error(`${source}: ${got} came instead of ${wanted}`);
}

/** The one way JSON becomes bytes here: keys sorted, no white space, so that equal content has an equal digest. */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, sortKeys));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
