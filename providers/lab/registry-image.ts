import { z } from "zod";
import { connectionSchema } from "../../lib/host/connection";
import { progressLines } from "../../lib/progress";
import { onHost } from "../host/on-host";
import { defineResource } from "../resource";

const schema = z.object({
  /** The machine that makes it: one with Debian's package archive at hand. */
  host: connectionSchema,
  /** The project and stack that use it: the archive is shared by all, each one's use is noted apart. */
  usedBy: z.string().min(1),
  /** Digest of what it is made from, planned. */
  recipe: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
  /** Of distribution: 2 is Debian's package, 3 is built from its Go module. */
  version: z.union([z.literal(2), z.literal(3)]).default(2),
  /** Docker's name for the architecture it will run on; that of `host` where absent. */
  architecture: z.string().min(1).optional(),
});

/** The image of the site's registry, made from a Debian package or a Go module without any other registry, kept in the user's cache. */
export class RegistryImage extends defineResource({
  kind: "lab:RegistryImage",
  schema,
  outputs: z.object({
    /** Where the archive for `docker load` is, on that machine. */
    archive: z.string(),
    /** Docker's ID of the image in it. */
    imageId: z.string(),
  }),
  ...onHost,
  identity: ({ usedBy }) => `registry image of ${usedBy}`,
  // A cache: whoever made it, the same recipe gives the same bytes.
  shared: true,

  async observe({ host, recipe }, context) {
    const { findRegistryArchive } = await import("../../lib/lab/registry-image");
    const { cacheDirectory } = await import("../../lib/lab/cache");
    const found = await findRegistryArchive(await context.connect(host), cacheDirectory(), recipe);
    return found && { args: {}, outputs: { archive: found.path, imageId: found.id } };
  },

  async apply({ host, recipe, version, architecture }, _observed, context) {
    const { ensureRegistryArchive } = await import("../../lib/lab/registry-image");
    const { cacheDirectory } = await import("../../lib/lab/cache");
    const machine = await context.connect(host);
    const onProgress = progressLines(context.progress);
    const kind = { version, architecture };
    const made = await ensureRegistryArchive(machine, cacheDirectory(), recipe, onProgress, kind);
    return { archive: made.path, imageId: made.id };
  },

  // The cache outlives the stack: it can be made again at any time, and other stacks may use it.
  async remove() {},
}) {}
