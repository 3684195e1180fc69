import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { canonicalJson, digestOf, digestOfStream } from "../content/digest";
import { type Blob, type Image, manifestFor, type Platform } from "./image";
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

/**
 * An image from uncompressed layers. We write the configuration ourselves: `docker import --platform` of 20.10 puts
 * the architecture of the building machine into it.
 */
export function imageOf(layers: Blob[], platform: Platform, run: RunConfig = {}): Image {
  const created = "1970-01-01T00:00:00Z";
  const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) };
  const history = layers.map(() => ({ created }));
  const config = blobOf(OCI_CONFIG, canonicalJson({ created, ...platform, config: run, rootfs, history }));
  return { manifest: manifestFor(config, layers), config, layers, platform };
}

/** A tar on disk as a layer; read once here for its digest. */
export async function layerFile(path: string): Promise<Blob> {
  return {
    mediaType: OCI_LAYER,
    ...(await digestOfStream(createReadStream(path))),
    open: () => createReadStream(path),
  };
}

function blobOf(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, digest: digestOf(bytes), size: bytes.length, open: () => Readable.from([bytes]) };
}
