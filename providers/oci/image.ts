import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import { connectionSchema } from "../../lib/host/connection";
import { progressLines } from "../../lib/progress";
import { type Context, defineResource } from "../resource";
import { runnerFile } from "../runner";
import { clientOf, inRegistry, manifestArguments, platformSchema, reachOf, registrySchema } from "./in-registry";

const elsewhere = z.strictObject({
  /** Another registry; the image's own where absent. */
  registry: registrySchema.optional(),
  /** The repository that holds the image under its digest. */
  repository: manifestArguments.repository,
});

const schema = z.object({
  ...manifestArguments,
  /** The platform its configuration names; another one is refused. */
  platform: platformSchema,
  /**
   * An OCI layout or an archive of `docker save`, beside the program or on `host`; or a repository to copy the image
   * from: that of another registry, or the one in which it stands under another name.
   */
  source: z.union([z.string().min(1), elsewhere], "a path, or a repository: { registry, repository }"),
  /** The machine the bytes pass through; this one where absent. */
  host: connectionSchema.optional(),
});

type Image_ = z.output<typeof schema>;

/** A connection at rest is given up long before. */
const LONGEST_COPY = 24 * 3_600_000;

/** One image for one architecture under a tag of a registry, from a file, another registry, or another name in this one. */
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
    if (before !== null) {
      const { keepAside } = await import("../../lib/oci/tag");
      const stood = (before as { digest: Digest }).digest;
      await keepAside(await clientOf(image.registry), image, stood, context.signal);
    }
    await copy(image, context);
    return { reference: referenceTo(image) };
  },

  async remove(image, before, context) {
    const { giveUp } = await import("../../lib/oci/tag");
    const stood = before as { digest: Digest } | null;
    await giveUp(await clientOf(image.registry), image, stood?.digest ?? null, context.signal);
  },
}) {}

const referenceTo = ({ registry, repository, digest }: Image_): string => `${registry.address}/${repository}@${digest}`;

async function copy(image: Image_, context: Context): Promise<void> {
  const { runJob } = await import("../../lib/host/job");
  const { copyImage } = await import("../../lib/host/jobs/copy-image");
  const { registry, repository, tag, digest, source, platform } = image;
  const { os, architecture, variant } = platform;
  const host = await context.connect(image.host ?? { kind: "local", name: "localhost" });
  const order = {
    from:
      typeof source === "string"
        ? source
        : { registry: reachOf(source.registry ?? registry), repository: source.repository },
    to: { registry: reachOf(registry), repository, tag },
    want: { digest: digest as Digest, platform: { os, architecture, ...(variant !== undefined && { variant }) } },
  };
  const options = { signal: context.signal, onProgress: progressLines(context.progress), timeout: LONGEST_COPY };
  await runJob(host, copyImage, order, { ...options, runner: runnerFile() });
}
