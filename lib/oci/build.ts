import { createReadStream } from "node:fs";
import { canonicalJson, type Digest, digestOfStream } from "../content/digest";
import { type Blob, blobOf, type Image, manifestFor, type Platform } from "./image";
import { OCI_CONFIG, OCI_LAYER } from "./media-types";
import { type TarFile, writeTar } from "./tar-writer";

/** What a container started from the image does; the names are those of the OCI configuration. */
export interface RunConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
  StopSignal?: string;
  ExposedPorts?: Record<string, Record<string, never>>;
  Labels?: Record<string, string>;
}

/** A one-layer image from a list of files; equal input gives equal bytes on every machine. */
export function buildImage(files: readonly TarFile[], platform: Platform, run: RunConfig = {}): Image {
  return imageOf([blobOf(OCI_LAYER, writeTar(files))], platform, run);
}

/** An image from uncompressed layers. */
export function imageOf(layers: Blob[], platform: Platform, run: RunConfig = {}): Image {
  const diffIds = layers.map(({ digest }) => digest);
  const config = blobOf(OCI_CONFIG, configFor(diffIds, platform, run));
  return { manifest: manifestFor(config, layers), config, layers, platform };
}

/**
 * The configuration over layers, given their digests before compression. We write it ourselves: `docker import
 * --platform` of 20.10 puts the architecture of the building machine into it.
 */
export function configFor(diffIds: readonly Digest[], platform: Platform, run: RunConfig): Buffer {
  const created = "1970-01-01T00:00:00Z";
  const rootfs = { type: "layers", diff_ids: diffIds };
  const history = diffIds.map(() => ({ created }));
  return canonicalJson({ created, ...platform, config: run, rootfs, history });
}

/** A tar on disk as a layer; read once here for its digest. */
export async function layerFile(path: string): Promise<Blob> {
  return {
    mediaType: OCI_LAYER,
    ...(await digestOfStream(createReadStream(path))),
    open: (start = 0) => createReadStream(path, { start }),
  };
}
