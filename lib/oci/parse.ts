import { z } from "zod";
import { type Descriptor, isDigest } from "../content/digest";
import { ImageError, type ImageManifest, jsonObject } from "./image";

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().refine(isDigest, "no sha256 digest"),
  size: z.int().min(0),
});
const image = z.object({ schemaVersion: z.literal(2), config: descriptor, layers: z.array(descriptor) });
const list = z.object({ schemaVersion: z.literal(2), manifests: z.array(descriptor) });

/** Reads an image's manifest; `source` names it in the error of one that is none. */
export function parseImage(bytes: Buffer, source: string): ImageManifest {
  return parse(image, bytes, source, "an image's manifest") as ImageManifest;
}

/** What a list holds. */
export function parseList(bytes: Buffer, source: string): Descriptor[] {
  return parse(list, bytes, source, "a list").manifests as Descriptor[];
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer, source: string, what: string): T {
  const parsed = schema.safeParse(jsonObject(bytes, source));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ImageError(`${source} is not ${what}: ${issue?.path.join(".")}: ${issue?.message}`);
}
