import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync, writeSync } from "node:fs";
import { Arrivals } from "./arrivals";
import { type Digest, digestOf } from "./digest";
import type { ContentStore } from "./store";

const CHUNK = 1 << 20;

/**
 * Files that are at hand on their way into a store, many of which share a sync. Calls that wait on a thread each would
 * take longer than these small files do.
 */
export class Intake {
  private readonly arrivals: Arrivals;
  private readonly known = new Set<Digest>();

  constructor(
    private readonly store: ContentStore,
    owner: string,
  ) {
    this.arrivals = new Arrivals(store, owner, "own");
  }

  has(digest: Digest): boolean {
    return this.known.has(digest) || existsSync(this.store.path(digest));
  }

  async put(bytes: Buffer): Promise<{ digest: Digest; size: number }> {
    const digest = digestOf(bytes);
    if (!this.has(digest)) {
      writeFileSync(this.arrivals.part(digest), bytes);
      await this.add(digest, bytes.length);
    }
    return { digest, size: bytes.length };
  }

  /** Copies a file: a link would let whoever changes the one there change ours. */
  async copy(path: string): Promise<{ digest: Digest; size: number }> {
    // Most fit one chunk, and are read once.
    if (statSync(path).size < CHUNK) return this.put(readFileSync(path));
    const { digest, size } = read(path, () => {});
    if (this.has(digest)) return { digest, size };
    const part = openSync(this.arrivals.part(digest), "w");
    try {
      const copied = read(path, (chunk) => writeSync(part, chunk));
      if (copied.digest !== digest) throw new Error(`${path} changed while it was read`);
    } finally {
      closeSync(part);
    }
    await this.add(digest, size);
    return { digest, size };
  }

  /** Brings all that waits into the store. */
  settle(): Promise<void> {
    return this.arrivals.settle();
  }

  private add(digest: Digest, size: number): Promise<void> {
    this.known.add(digest);
    return this.arrivals.add(digest, size);
  }
}

function read(path: string, take: (chunk: Buffer) => void): { digest: Digest; size: number } {
  const file = openSync(path, "r");
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  let size = 0;
  try {
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      const chunk = buffer.subarray(0, length);
      hash.update(chunk);
      take(chunk);
      size += length;
    }
  } finally {
    closeSync(file);
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}
