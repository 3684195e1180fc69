import { createHash, randomUUID } from "node:crypto";

export const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export interface StoredManifest {
  bytes: Buffer;
  mediaType: string;
}

/** What one repository links to; blobs are visible only where they were pushed or mounted, as in distribution. */
export class Repository {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, StoredManifest>();
  readonly tags = new Map<string, string>();
  readonly uploads = new Map<string, Buffer>();

  beginUpload(): string {
    const id = randomUUID();
    this.uploads.set(id, Buffer.alloc(0));
    return id;
  }

  resolve(reference: string): { digest: string; manifest: StoredManifest } | undefined {
    const digest = reference.startsWith("sha256:") ? reference : this.tags.get(reference);
    const manifest = digest === undefined ? undefined : this.manifests.get(digest);
    return digest === undefined || manifest === undefined ? undefined : { digest, manifest };
  }

  /** Digests a manifest refers to that this repository lacks. */
  missing(manifest: Buffer): string[] {
    const {
      config,
      layers = [],
      manifests = [],
    } = JSON.parse(manifest.toString()) as {
      config?: { digest: string };
      layers?: { digest: string }[];
      manifests?: { digest: string }[];
    };
    const blobs = [...(config ? [config] : []), ...layers].filter(({ digest }) => !this.blobs.has(digest));
    const children = manifests.filter(({ digest }) => !this.manifests.has(digest));
    return [...blobs, ...children].map(({ digest }) => digest);
  }

  /** Removes a manifest and every tag that stands for it. */
  remove(digest: string): boolean {
    for (const [tag, target] of this.tags) if (target === digest) this.tags.delete(tag);
    return this.manifests.delete(digest);
  }
}
