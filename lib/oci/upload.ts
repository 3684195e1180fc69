import { Readable } from "node:stream";
import { hasBlob } from "./blobs";
import type { RegistryClient, RegistryRequest } from "./client";
import type { Blob } from "./image";
import { RegistryError } from "./registry-error";
import type { Answer } from "./transport";

export interface TransferOptions {
  signal?: AbortSignal;
  /** Called with the bytes of each chunk as it leaves; less than none where they have to be sent again. */
  onBytes?: (count: number) => void;
  /** A repository of the same registry that may hold the blob: then nothing is sent. */
  mountFrom?: string;
}

/** From this size on a blob is sent so that a connection cut off costs only what had not arrived. */
const RESUMABLE = 8 * 1024 * 1024;
const BINARY = { "content-type": "application/octet-stream" };

/** Uploads a blob whether or not it is there; the registry refuses bytes of another digest. */
export function pushBlob(
  client: RegistryClient,
  repository: string,
  blob: Blob,
  options: TransferOptions = {},
): Promise<"uploaded" | "mounted"> {
  const upload = new Upload(client, repository, blob, options);
  return client.retrying(
    options.signal,
    () => upload.attempt(),
    () => upload.resumedAt,
  );
}

class Upload {
  /** The furthest byte at which the registry let us go on. */
  resumedAt = 0;
  /** Where the registry wants the rest; undefined before the first attempt and where it knows nothing of it any more. */
  private location: URL | undefined;
  private begun = false;
  /** What `onBytes` was told. */
  private told = 0;

  constructor(
    private readonly client: RegistryClient,
    private readonly repository: string,
    private readonly blob: Blob,
    private readonly options: TransferOptions,
  ) {}

  async attempt(): Promise<"uploaded" | "mounted"> {
    const { blob, client, repository, options } = this;
    const start = await this.standing();
    if (start === 0) {
      // The answer to a finished upload may be what was lost.
      if (this.begun && (await hasBlob(client, repository, blob.digest, options.signal))) return this.finished();
      if ((await this.begin()) === "mounted") return "mounted";
    }
    try {
      if (blob.size >= RESUMABLE) await this.patch(start);
      await this.put(blob.size < RESUMABLE);
      return this.finished();
    } catch (error) {
      const refused = error instanceof RegistryError && (error.status === 404 || error.status === 416);
      if (start === 0 || !refused) throw error;
      this.location = undefined;
      return this.attempt();
    }
  }

  /**
   * How much of an earlier attempt the registry kept. Distribution 2.8 keeps none of a request that was cut off: the
   * address it gave before is no longer good.
   */
  private async standing(): Promise<number> {
    if (!this.location || this.blob.size < RESUMABLE) return 0;
    const answer = await this.request({ method: "GET", path: this.location, accept: [204, 200, 400, 404, 416] });
    const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(answer.header("range") ?? "")?.[1] ?? 0);
    // `0-0` may also mean nothing.
    const start = answer.status < 300 && last > 0 && last < this.blob.size ? last + 1 : 0;
    this.location = start > 0 ? locationOf(answer, this.location) : undefined;
    this.resumedAt = Math.max(start, this.resumedAt);
    this.tell(start);
    return start;
  }

  private async begin(): Promise<"begun" | "mounted"> {
    const { mountFrom } = this.options;
    this.tell(0);
    const query = mountFrom ? { mount: this.blob.digest, from: mountFrom } : {};
    const call = { query, accept: [201, 202], ...(mountFrom && { mountFrom }) };
    const answer = await this.request({ ...call, method: "POST", path: "blobs/uploads/" });
    this.begun = true;
    this.location = locationOf(answer);
    return answer.status === 201 ? "mounted" : "begun";
  }

  private async patch(start: number): Promise<void> {
    const { size } = this.blob;
    if (start === size) return;
    const headers = { ...BINARY, "content-range": `${start}-${size - 1}` };
    const body = { size: size - start, open: () => this.open(start) };
    const accept = [201, 202, 204];
    const path = this.location as URL;
    this.location = locationOf(await this.request({ method: "PATCH", path, headers, body, accept }), path);
  }

  private async put(whole: boolean): Promise<void> {
    const { digest, size } = this.blob;
    const content = whole ? { headers: BINARY, body: { size, open: () => this.open(0) } } : {};
    const path = this.location as URL;
    await this.request({ method: "PUT", path, query: { digest }, accept: [201], ...content });
  }

  private request(call: Omit<RegistryRequest, "repository" | "signal">): Promise<Answer> {
    const { signal } = this.options;
    // A broken upload leaves its session in an unknown state: the whole sequence is what may be repeated.
    const attempts = call.method === "GET" ? {} : { attempts: 1 };
    return this.client.request({ ...attempts, ...call, repository: this.repository, ...(signal && { signal }) });
  }

  private open(start: number): Readable {
    this.tell(start);
    return Readable.from(this.counted(this.blob.open(start)), { objectMode: false });
  }

  private async *counted(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      this.tell(this.told + chunk.length);
      yield chunk;
    }
  }

  private finished(): "uploaded" {
    this.tell(this.blob.size);
    return "uploaded";
  }

  private tell(count: number): void {
    if (count !== this.told) this.options.onBytes?.(count - this.told);
    this.told = count;
  }
}

/** Registries give the next address with each answer; those that give none mean the one that was asked. */
function locationOf(answer: Answer, asked?: URL): URL {
  return new URL(answer.header("location") ?? asked ?? "", answer.url);
}
