import { execFile } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { effect } from "../effect";
import type { Digest } from "./digest";
import type { ContentStore } from "./store";
import { workDirectory } from "./work";

/** What waits for one sync of the disk; more would only make a killed run verify more again. */
const BATCH = { files: 4096, bytes: 2 ** 26 };

/**
 * Whole and verified files on their way into a store. They appear under their digests only when they are on disk, and
 * many share one sync: a sync for each would cost more than the download.
 */
export class Arrivals {
  private waiting: Digest[] = [];
  private bytes = 0;
  private ready = false;
  private turn: Promise<void> = Promise.resolve();

  private readonly directory: string;

  /** `within` keeps apart what one owner gathers in two ways. */
  constructor(
    private readonly store: ContentStore,
    owner: string,
    within = "",
  ) {
    this.directory = join(workDirectory(store, owner), within);
  }

  /** Where the bytes of a digest are gathered. */
  part(digest: Digest): string {
    if (!this.ready) mkdirSync(this.directory, { recursive: true });
    this.ready = true;
    return join(this.directory, `${digest.slice("sha256:".length)}.part`);
  }

  /** While a batch goes to the disk the next is gathered; whoever fills that one, too, waits. */
  async add(digest: Digest, size: number): Promise<void> {
    this.waiting.push(digest);
    this.bytes += size;
    if (this.waiting.length < BATCH.files && this.bytes < BATCH.bytes) return;
    const before = this.turn;
    // What fails fails every turn after it, the last of which is waited for.
    this.settle().catch(() => {});
    await before;
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

  private async bringIn(batch: readonly Digest[]): Promise<void> {
    await promisify(execFile)("sync", ["--file-system", this.directory]);
    const blobs = join(this.store.root, "blobs", "sha256");
    await mkdir(blobs, { recursive: true });
    for (const digest of batch) renameSync(this.part(digest), this.store.path(digest));
    const directory = await open(blobs, "r");
    await directory.sync().finally(() => directory.close());
  }
}
