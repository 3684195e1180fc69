import { readFile } from "node:fs/promises";
import type { DownloadClient } from "../http/download-client";
import { HttpError } from "../http/http-error";
import { Arrivals } from "./arrivals";
import type { Digest } from "./digest";
import { download } from "./download";
import type { ContentStore } from "./store";
import { workDirectory } from "./work";

export interface Wanted {
  /** Tried in turn: the next only where the one before is proven absent. */
  urls: readonly URL[];
  digest: Digest;
  size: number;
}

const BROUGHT = Promise.resolve();

/** Brings files of known digest into a store, each once, however many ask for it. */
export class Fetch {
  private readonly arrivals: Arrivals;
  private readonly under = new Map<Digest, Promise<void>>();
  /** Bytes that came over the network. */
  bytes = 0;

  constructor(
    readonly store: ContentStore,
    private readonly client: DownloadClient,
    private readonly owner: string,
    private readonly signal?: AbortSignal,
  ) {
    this.arrivals = new Arrivals(store, owner);
  }

  /** Whether the bytes are in the store. */
  async has(digest: Digest): Promise<boolean> {
    return (await this.store.size(digest)) !== undefined;
  }

  get(wanted: Wanted): Promise<void> {
    const known = this.under.get(wanted.digest);
    if (known) return known;
    const fetching = this.lacking(wanted).then(() => {
      // One for all that are there: tens of thousands would stand in memory to the end.
      this.under.set(wanted.digest, BROUGHT);
    });
    this.under.set(wanted.digest, fetching);
    return fetching;
  }

  /** The bytes of an index, which may not be in the store yet. */
  async read(digest: Digest): Promise<Buffer> {
    await this.settle();
    return readFile(this.store.path(digest));
  }

  settle(): Promise<void> {
    return this.arrivals.settle();
  }

  /** For what is made of what came, on its way into the store. */
  get directory(): string {
    return workDirectory(this.store, this.owner);
  }

  private async lacking(wanted: Wanted): Promise<void> {
    if (!(await this.has(wanted.digest))) await this.bring(wanted);
  }

  /** Fetches it in any case, in the place of what stands there. */
  async bring({ urls, digest, size }: Wanted): Promise<void> {
    if (urls.length === 0) throw new Error(`${digest} was made here, and has no address. Try: make anew what names it`);
    const onBytes = (count: number) => {
      this.bytes += count;
    };
    for (const [index, url] of urls.entries()) {
      try {
        const progress = { onBytes, ...(this.signal ? { signal: this.signal } : {}) };
        await download(this.client, { url, digest, size }, this.arrivals.part(digest), progress);
        return await this.arrivals.add(digest, size);
      } catch (error) {
        const absent = error instanceof HttpError && (error.status === 404 || error.status === 410);
        if (!absent || index === urls.length - 1) throw error;
      }
    }
  }
}
