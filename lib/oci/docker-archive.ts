import { isDigest } from "../content/digest";
import { type Blob, blobOf, type Image, ImageError, manifestFor, platformOf } from "./image";
import type { ImageFiles } from "./image-files";
import { OCI_CONFIG, OCI_LAYER } from "./media-types";

interface Saved {
  Config: string;
  RepoTags: string[] | null;
  Layers: string[];
}

/**
 * Reads what `docker save` wrote before Docker 25. Its layers are plain tars, whose digests the configuration names:
 * they are pushed as they are, because compressing them would cost more than it saves on a site's own network, and
 * would make their digest depend on the compressor.
 */
export async function readDockerArchive(files: ImageFiles, name: string | undefined): Promise<Image> {
  const saved = choose(files, JSON.parse((await files.read("manifest.json")).toString()) as Saved[], name);
  const bytes = await files.read(saved.Config);
  const { rootfs } = JSON.parse(bytes.toString()) as { rootfs: { diff_ids: string[] } };
  const layers = await Promise.all(saved.Layers.map((path, index) => layerOf(files, path, rootfs.diff_ids[index])));
  const config = blobOf(OCI_CONFIG, bytes);
  return { manifest: manifestFor(config, layers), config, layers, platform: platformOf(bytes, files.source) };
}

function choose(files: ImageFiles, all: Saved[], name: string | undefined): Saved {
  const found = name === undefined ? all : all.filter(({ RepoTags }) => RepoTags?.includes(name));
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const offered = all.flatMap(({ RepoTags }) => RepoTags ?? ["(no name)"]).join(", ");
  throw new ImageError(`${files.source}: ${found.length} images fit ${name ?? "one image"}. It holds: ${offered}`);
}

async function layerOf(files: ImageFiles, path: string, digest = ""): Promise<Blob> {
  const size = await files.size(path);
  if (size === undefined || !isDigest(digest)) {
    throw new ImageError(`${files.source}: layer ${path} is missing, or the configuration names no digest for it`);
  }
  return { mediaType: OCI_LAYER, digest, size, open: (start) => files.open(path, start) };
}
