import { createWriteStream } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { canonicalJson, type Descriptor, type Digest, digestOf, isDigest, verified } from "../content/digest";
import { effect } from "../effect";
import { readDockerArchive } from "./docker-archive";
import {
  type Blob,
  formatPlatform,
  type Image,
  ImageError,
  type ImageManifest,
  type Platform,
  platformOf,
} from "./image";
import { type ImageFiles, imageFiles } from "./image-files";
import { isList, OCI_INDEX, OCI_MANIFEST } from "./media-types";

/** Which image, where several lie in one place. */
export interface Selection {
  /** The manifest itself, in a directory of blobs that needs no index: a content store. */
  digest?: Digest;
  /** A name in the archive, or the layout's `org.opencontainers.image.ref.name`. */
  name?: string;
  platform?: Platform;
}

type Child = Descriptor & { platform?: Platform; annotations?: Record<string, string> };

/** Reads an OCI layout (directory or tar) or the tar of `docker save`. Blobs are opened only when they are needed. */
export async function openImage(path: string, selection: Selection = {}): Promise<Image> {
  const files = await imageFiles(path);
  const { digest } = selection;
  const size = digest && (await files.size(blobPath(digest, path)));
  if (digest && size !== undefined) return readImage(files, { digest, size, mediaType: OCI_MANIFEST });
  if ((await files.size("index.json")) !== undefined) return readLayout(files, selection);
  if ((await files.size("manifest.json")) !== undefined) return readDockerArchive(files, selection.name);
  throw new ImageError(`${path} holds no image: neither index.json (OCI layout) nor manifest.json (docker save)`);
}

async function readLayout(files: ImageFiles, selection: Selection): Promise<Image> {
  return readImage(files, await select(files, JSON.parse((await files.read("index.json")).toString()), selection));
}

async function readImage(files: ImageFiles, descriptor: Descriptor): Promise<Image> {
  const bytes = await readVerified(files, descriptor);
  const manifest = JSON.parse(bytes.toString()) as ImageManifest;
  const config = await blob(files, manifest.config);
  const layers = await Promise.all(manifest.layers.map((layer) => blob(files, layer)));
  const platform = platformOf(await readVerified(files, config), files.source);
  const { digest, size } = descriptor;
  const mediaType = manifest.mediaType ?? descriptor.mediaType;
  return { manifest: { bytes, digest, size, mediaType }, config, layers, platform };
}

/** Follows nested indexes to the one image that is meant. */
async function select(files: ImageFiles, index: { manifests: Child[] }, want: Selection): Promise<Child> {
  const { name, platform } = want;
  const named = name === undefined ? index.manifests : index.manifests.filter((child) => names(child).includes(name));
  const found: Child[] = [];
  for (const child of named) {
    if (isList(child.mediaType)) {
      const inner = JSON.parse((await readVerified(files, child)).toString()) as { manifests: Child[] };
      found.push(...inner.manifests.filter((each) => fits(each, platform)));
    } else if (fits(child, platform)) found.push(child);
  }
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const asked = [name, platform && formatPlatform(platform)].filter((part) => part).join(" for ") || "one image";
  const offered = index.manifests.map((child) => names(child)[0] ?? child.digest).join(", ");
  throw new ImageError(`${files.source}: ${found.length} images fit ${asked}. It holds: ${offered}`);
}

function names({ annotations = {} }: Child): string[] {
  const keys = ["org.opencontainers.image.ref.name", "io.containerd.image.name"];
  return keys.flatMap((key) => annotations[key] ?? []);
}

function fits({ platform }: Child, want: Platform | undefined): boolean {
  return !want || !platform || formatPlatform(platform) === formatPlatform(want);
}

async function blob(files: ImageFiles, { digest, size, mediaType }: Descriptor): Promise<Blob> {
  const name = blobPath(digest, files.source);
  const found = await files.size(name);
  if (found !== size) throw new ImageError(`${files.source}: ${name} has ${found ?? "no"} bytes instead of ${size}`);
  return { digest, size, mediaType, open: (start) => files.open(name, start) };
}

async function readVerified(files: ImageFiles, { digest }: Descriptor): Promise<Buffer> {
  const bytes = await files.read(blobPath(digest, files.source));
  if (digestOf(bytes) === digest) return bytes;
  throw new ImageError(`${files.source}: the bytes under ${digest} are ${digestOf(bytes)}`);
}

function blobPath(digest: Digest, source: string): string {
  // Also what keeps a crafted index from naming files outside the layout.
  if (!isDigest(digest)) throw new ImageError(`${source}: "${digest}" is no sha256 digest`);
  return `blobs/${digest.replace(":", "/")}`;
}

/** Writes an image as an OCI layout; its index comes last, so that a layout cut short is none. */
export async function writeLayout(image: Image, path: string, name: string): Promise<void> {
  const { bytes, ...descriptor } = image.manifest;
  await mkdir(join(path, "blobs/sha256"), { recursive: true });
  for (const part of [image.config, ...image.layers]) await writeBlob(part, path);
  const child = { ...descriptor, platform: image.platform, annotations: { "org.opencontainers.image.ref.name": name } };
  const index = canonicalJson({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] });
  await writeAtomic(join(path, blobPath(descriptor.digest, path)), bytes);
  await writeAtomic(join(path, "oci-layout"), canonicalJson({ imageLayoutVersion: "1.0.0" }));
  await writeAtomic(join(path, "index.json"), index);
}

async function writeBlob(part: Blob, path: string): Promise<void> {
  const target = join(path, blobPath(part.digest, path));
  if ((await stat(target).catch(() => undefined))?.size === part.size) return;
  await effect(`write ${target}`, async () => {
    await pipeline(verified(part.open(), part, target), createWriteStream(`${target}.part`));
    await rename(`${target}.part`, target);
  });
}

function writeAtomic(target: string, bytes: Buffer): Promise<void> {
  return effect(`write ${target}`, async () => {
    await writeFile(`${target}.part`, bytes);
    await rename(`${target}.part`, target);
  });
}
