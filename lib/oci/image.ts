import { Readable } from "node:stream";
import { canonicalJson, type Descriptor, digestOf } from "../content/digest";
import { OCI_MANIFEST } from "./media-types";

/** Bytes that are named by their digest and can be read as often as needed, from any byte on. */
export interface Blob extends Descriptor {
  open(start?: number): AsyncIterable<Buffer>;
}

/** A blob of few bytes, which are at hand. */
export function blobOf(mediaType: string, bytes: Buffer): Blob {
  const open = (start = 0) => Readable.from([bytes.subarray(start)]);
  return { mediaType, digest: digestOf(bytes), size: bytes.length, open };
}

/** What an image, or one child of a list, runs on. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

export interface ManifestBytes extends Descriptor {
  bytes: Buffer;
}

/** One image for one platform, wherever its bytes are. */
export interface Image {
  manifest: ManifestBytes;
  /** Docker's image ID is this blob's digest. */
  config: Blob;
  layers: Blob[];
  platform: Platform;
}

/** What is wrong with an image or a list itself, not with the way to it. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

/** The fields of an image manifest this engine reads. */
export interface ImageManifest {
  schemaVersion: 2;
  mediaType?: string;
  config: Descriptor;
  layers: Descriptor[];
}

export function platformOf(config: Buffer, source: string): Platform {
  const { os, architecture, variant } = jsonObject(config, `${source}: its configuration`) as Partial<Platform>;
  if (![os, architecture, variant ?? ""].every((part) => typeof part === "string") || !os || !architecture) {
    throw new ImageError(`${source}: its configuration names no os and architecture`);
  }
  return { os, architecture, ...(variant ? { variant } : {}) };
}

/** Whatever an image says of itself may be broken, or made to break its readers. */
export function jsonObject(bytes: Buffer, what: string): object {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below: the parser's own message quotes the bytes.
  }
  throw new ImageError(`${what} is no JSON object`);
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part).join("/");
}

/** The manifest that binds a configuration to layers; equal parts give equal bytes. */
export function manifestFor(
  config: Descriptor,
  layers: readonly Descriptor[],
  annotations?: Record<string, string>,
): ManifestBytes {
  const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size });
  const parts = { config: plain(config), layers: layers.map(plain) };
  const bytes = canonicalJson({ schemaVersion: 2, mediaType: OCI_MANIFEST, ...parts, annotations });
  return { bytes, digest: digestOf(bytes), size: bytes.length, mediaType: OCI_MANIFEST };
}
