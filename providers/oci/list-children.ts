import { z } from "zod";
import { digestSchema } from "../../lib/content/form";
import { isImage } from "../../lib/oci/media-types";
import { manifestArguments, platformSchema } from "./in-registry";

const childSchema = z.strictObject({
  digest: digestSchema,
  size: z.int().min(1),
  /** An image of OCI or of Docker; a list of either format takes both. */
  mediaType: z.string().refine(isImage, "the media type of an image's manifest, of OCI or of Docker"),
  /** As its own configuration says: another one is refused. */
  platform: platformSchema,
  /** Its own tag in the list's repository; `<tag>-<architecture>` where absent. */
  tag: manifestArguments.tag.optional(),
  /** Another repository of the same registry that holds it: it is brought into the list's own, its blobs mounted. */
  from: manifestArguments.repository.optional(),
});

/** The images of a list: no two for one platform, and no two under one tag. */
export const childrenSchema = z
  .array(childSchema)
  .min(1)
  .superRefine((children, { addIssue }) => {
    const seen = new Set<string>();
    for (const [index, { platform, tag }] of children.entries()) {
      const { os, architecture, variant } = platform;
      const suffix = [architecture, variant].filter(Boolean).join("-");
      const name = `${os}/${suffix}`;
      const ownTag = tag ?? `-${suffix}`;
      if (seen.has(name)) fail(index, "platform", "another image of the list is for it too");
      else if (seen.has(ownTag)) fail(index, "tag", "another image of the list has it: give one of them another");
      seen.add(name).add(ownTag);
    }
    function fail(index: number, key: string, message: string): void {
      addIssue({ code: "custom", path: [index, key], message });
    }
  });
