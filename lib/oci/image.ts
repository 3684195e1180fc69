import type { Readable } from "node:stream";
import { canonicalJson, type Descriptor, digestOf } from "../content/digest";
import { OCI_MANIFEST } from "./media-types";

/** Bytes that are named by their digest and can be read as often as needed. */
export interface Blob extends Descriptor {
  open(): Readable;
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
  const { os, architecture, variant } = JSON.parse(config.toString()) as Partial<Platform>;
  if (!os || !architecture) throw new ImageError(`${source}: its configuration names no os and architecture`);
  return { os, architecture, ...(variant ? { variant } : {}) };
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part).join("/");
}

/** The manifest that binds a configuration to layers; equal parts give equal bytes. */
export function manifestFor(config: Descriptor, layers: readonly Descriptor[]): ManifestBytes {
  const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size });
  const content = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: plain(config), layers: layers.map(plain) };
  const bytes = canonicalJson(content);
  return { bytes, digest: digestOf(bytes), size: bytes.length, mediaType: OCI_MANIFEST };
}
