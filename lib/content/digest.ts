import { createHash } from "node:crypto";
import { Transform } from "node:stream";

/** `sha256:` and 64 lower-case hex digits: the one algorithm every registry knows. */
export type Digest = `sha256:${string}`;

export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
}

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

/** Passes bytes through and fails at the end, or as soon as too many came, unless they are the ones expected. */
export function verifying(expected: Pick<Descriptor, "digest" | "size">, source: string): Transform {
  const hash = createHash("sha256");
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      if (size > expected.size)
        done(new Error(`${source}: more than the ${expected.size} bytes of ${expected.digest}`));
      else done(null, chunk);
    },
    flush(done) {
      const got = `sha256:${hash.digest("hex")}`;
      if (got === expected.digest && size === expected.size) done();
      else done(new Error(`${source}: ${size} bytes of ${got} came instead of ${expected.size} of ${expected.digest}`));
    },
  });
}

/** The one way JSON becomes bytes here: keys sorted, no white space, so that equal content has an equal digest. */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, sortKeys));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
