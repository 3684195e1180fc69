import { execFile } from "node:child_process";
import { mkdirSync, renameSync, rmdirSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { effect } from "../effect";
import type { Digest } from "./digest";
import type { ContentStore } from "./store";

/** What waits for one sync of the disk; more would only make a killed run verify more again. */
const BATCH = { files: 4096, bytes: 2 ** 28 };

/**
 * Whole and verified files on their way into a store. They appear under their digests only when they are on disk, and
 * many share one sync: a sync for each would cost more than the download.
 */
export class Arrivals {
  private waiting: Digest[] = [];
  private bytes = 0;
  private ready = false;
  private turn: Promise<void> = Promise.resolve();

  /** `owner` keeps the parts of two downloads that run at once apart. */
  constructor(
    private readonly store: ContentStore,
    private readonly owner: string,
  ) {}

  /** Where the bytes of a digest are gathered. */
  part(digest: Digest): string {
    if (!this.ready) mkdirSync(this.directory, { recursive: true });
    this.ready = true;
    return join(this.directory, `${digest.slice("sha256:".length)}.part`);
  }

  async add(digest: Digest, size: number): Promise<void> {
    this.waiting.push(digest);
    this.bytes += size;
    if (this.waiting.length >= BATCH.files || this.bytes >= BATCH.bytes) await this.settle();
  }

  /** Brings all that waits into the store. */
  settle(): Promise<void> {
    this.turn = this.turn.then(async () => {
      const batch = this.waiting.splice(0);
      this.bytes = 0;
      if (batch.length > 0) await effect(`store ${batch.length} files`, () => this.bringIn(batch));
    });
    return this.turn;
  }

  /** Leaves nothing behind but parts that a later run goes on with. */
  end(): void {
    try {
      rmdirSync(this.directory);
    } catch (error) {
      if (!["ENOENT", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
    this.ready = false;
  }

  private get directory(): string {
    return join(this.store.root, "incoming", encodeURIComponent(this.owner));
  }

  private async bringIn(batch: readonly Digest[]): Promise<void> {
    await promisify(execFile)("sync", ["--file-system", this.directory]);
    const blobs = join(this.store.root, "blobs", "sha256");
    await mkdir(blobs, { recursive: true });
    for (const digest of batch) renameSync(this.part(digest), this.store.path(digest));
    const directory = await open(blobs, "r");
    await directory.sync().finally(() => directory.close());
  }
}
