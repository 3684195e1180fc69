import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import { digestSchema } from "../../lib/content/form";
import { aptSourceSchema } from "../../lib/debian/apt-source";
import { ARCHITECTURES } from "../../lib/debian/emulation";
import { connectionSchema } from "../../lib/host/connection";
import { progressLines } from "../../lib/progress";
import { type Context, defineResource } from "../resource";
import { runnerFile } from "../runner";
import { clientOf, inRegistry, reachOf, tagArguments } from "./in-registry";

const schema = z.object({
  ...tagArguments,
  /** The machine that makes it, with mmdebstrap; the image goes from there to the registry. */
  host: connectionSchema,
  /** Another one than the machine's own needs qemu-user-static there. */
  architecture: z.enum(ARCHITECTURES),
  /** Debian's or Ubuntu's archives, or mirrors of them. The image keeps them as its sources.list. */
  sources: z.array(aptSourceSchema).min(1),
  /** How much of Debian there is before `packages`, in mmdebstrap's words. */
  variant: z
    .enum(["extract", "custom", "essential", "apt", "minbase", "buildd", "important", "standard"])
    .default("minbase"),
  /** Packages beside those of the variant. */
  packages: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, "a package's name")).default([]),
  /** Labels of the image's configuration. */
  labels: z.record(z.string().min(1), z.string()).default({}),
  /** Digest of what the sources will hold when it is made, where they are mirrors of this stack: planned. */
  snapshot: digestSchema.optional(),
  /** Digest of what it is made from, the archives' present state included: planned. */
  recipe: digestSchema,
});

const outputs = z.object({
  /** The manifest's, built: the planned fact is `recipe`. */
  digest: digestSchema,
  size: z.int(),
  mediaType: z.string(),
  /** Docker's ID of the image. */
  imageId: z.string(),
  /** `host:port/repository@digest`, as Docker pulls it. */
  reference: z.string(),
  /** How many packages are installed in it. */
  installed: z.int(),
});

type BaseImage_ = z.output<typeof schema>;

/** A Debian or Ubuntu root for one architecture, made from packages without any other image; the same recipe gives the same bytes. */
export class BaseImage extends defineResource({
  kind: "oci:BaseImage",
  schema,
  outputs,
  ...inRegistry,

  observe: look,

  remember: async (_image, { outputs: { digest } }) => ({ digest }),

  async apply(image, observed, context, { before }) {
    if (observed?.args.recipe === image.recipe) return observed.outputs;
    const layout = await make(image, context);
    if (before !== null) {
      const { keepAside } = await import("../../lib/oci/tag");
      await keepAside(await clientOf(image.registry), image, (before as { digest: Digest }).digest, context.signal);
    }
    await push(image, layout, context);
    const made = await look(image, context);
    if (!made) throw new Error(`${image.repository}:${image.tag} is gone again`);
    return made.outputs;
  },

  async remove(image, before, context) {
    const { giveUp } = await import("../../lib/oci/tag");
    const stood = before as { digest: Digest } | null;
    await giveUp(await clientOf(image.registry), image, stood?.digest ?? null, context.signal);
  },
}) {}

async function look(image: BaseImage_, context: Context) {
  const { lookAtBase } = await import("../../lib/oci/base/look");
  const standing = await lookAtBase(await clientOf(image.registry), image, context.signal);
  if (!standing) return undefined;
  const { recipe, ...rest } = standing;
  const reference = `${image.registry.address}/${image.repository}@${rest.digest}`;
  return { args: { recipe }, outputs: { ...rest, reference } };
}

interface Layout {
  path: string;
  digest: Digest;
}

async function make({ host, recipe, ...spec }: BaseImage_, context: Context): Promise<Layout> {
  const { ensureBase } = await import("../../lib/oci/base/build");
  const { cacheDirectory } = await import("../../lib/lab/cache");
  const cache = host.kind === "local" ? cacheDirectory() : "/var/cache/openstack-site";
  const options = { signal: context.signal, onProgress: progressLines(context.progress) };
  return ensureBase(await context.connect(host), cache, spec, recipe, options);
}

async function push(image: BaseImage_, { path, digest }: Layout, context: Context): Promise<void> {
  const { runJob } = await import("../../lib/host/job");
  const { copyImage } = await import("../../lib/host/jobs/copy-image");
  const { registry, repository, tag, architecture } = image;
  const order = {
    from: path,
    to: { registry: reachOf(registry), repository, tag },
    want: { digest, platform: { os: "linux", architecture } },
  };
  const options = { signal: context.signal, onProgress: progressLines(context.progress) };
  await runJob(await context.connect(image.host), copyImage, order, { ...options, runner: runnerFile() });
}
