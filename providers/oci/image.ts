import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import { progressLines } from "../../lib/progress";
import { defineResource } from "../resource";
import { clientOf, inRegistry, manifestArguments, platformSchema } from "./in-registry";

const schema = z.object({
  ...manifestArguments,
  /** The platform its configuration names; another one is refused. */
  platform: platformSchema,
  /** An OCI layout or an archive of `docker save`, beside the program. */
  source: z.string().min(1),
});

/** One image for one architecture under a tag of a registry, pushed from a layout or an archive. */
export class Image extends defineResource({
  kind: "oci:Image",
  schema,
  outputs: z.object({
    /** `host:port/repository@digest`, as Docker pulls it. */
    reference: z.string(),
  }),
  ...inRegistry,

  async observe(image, context) {
    const { headManifest } = await import("../../lib/oci/manifests");
    const standing = await headManifest(await clientOf(image.registry), image.repository, image.tag, context.signal);
    return standing && { args: { digest: standing.digest }, outputs: { reference: referenceTo(image) } };
  },

  async apply(image, observed, context, { before }) {
    if (observed?.args.digest === image.digest) return { reference: referenceTo(image) };
    const { keepAside } = await import("../../lib/oci/tag");
    const { openImage } = await import("../../lib/oci/layout");
    const { formatPlatform } = await import("../../lib/oci/image");
    const { pushImage } = await import("../../lib/oci/push");
    const client = await clientOf(image.registry);
    const found = await openImage(image.source, { digest: image.digest as Digest });
    if (found.manifest.digest !== image.digest) {
      const hint = "run pulumi up again: it plans what is there now";
      throw Object.assign(new Error(`${image.source} holds ${found.manifest.digest}, planned was ${image.digest}`), {
        hint,
      });
    }
    if (formatPlatform(found.platform) !== formatPlatform(platformOf(image))) {
      throw new Error(
        `${image.source} is for ${formatPlatform(found.platform)}, not ${formatPlatform(platformOf(image))}`,
      );
    }
    if (before !== null) await keepAside(client, image, (before as { digest: Digest }).digest, context.signal);
    const report = progressLines(context.progress);
    await pushImage(client, image.repository, image.tag, found, {
      signal: context.signal,
      onProgress: ({ bytes, bytesTotal }) => report({ done: bytes, total: bytesTotal, unit: "bytes" }),
    });
    return { reference: referenceTo(image) };
  },

  async remove(image, before, context) {
    const { giveUp } = await import("../../lib/oci/tag");
    const stood = before as { digest: Digest } | null;
    await giveUp(await clientOf(image.registry), image, stood?.digest ?? null, context.signal);
  },
}) {}

type Image_ = z.output<typeof schema>;

const referenceTo = ({ registry, repository, digest }: Image_): string => `${registry.address}/${repository}@${digest}`;

const platformOf = ({ platform: { os, architecture, variant } }: Image_) => ({
  os,
  architecture,
  ...(variant !== undefined && { variant }),
});
