import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import { digestSchema } from "../../lib/content/form";
import type { Standing } from "../../lib/content/shelf";
import { connectionSchema } from "../../lib/host/connection";
import type { Builder } from "../../lib/pypi/build-wheel";
import { targetSchema } from "../../lib/pypi/target";
import { webAddress } from "../../lib/source/schema";
import { beside, onStore, storeArguments } from "../content/on-store";
import { defineResource } from "../resource";

const schema = z.object({
  ...storeArguments,
  /** Where it is built: a machine of the target's architecture, with its Python, pip and a compiler. */
  builder: connectionSchema,
  /** What it is built from, as the index's plan found it. */
  sdist: z.strictObject({
    url: webAddress,
    filename: z.string().regex(/^[\w.+!-]+$/, "the name of a file"),
    digest: digestSchema,
    size: z.int().min(0),
  }),
  /** Who installs it. */
  target: targetSchema,
  /** PEM of the authority that signed the upstream's certificate, where the host does not know it. */
  ca: z.string().min(1).optional(),
  /** Removes the files, too, when this resource is deleted; those that something else names stay in any case. */
  deleteData: z.boolean().default(false),
});

/** A wheel where an index has only the sdist: built once on a machine of the right kind, and kept with the record of how. */
export class Wheel extends defineResource({
  kind: "pypi:Wheel",
  schema,
  outputs: z.object({
    /** Digest of the record: with what it was built, from what, and the log. */
    manifest: z.string(),
    filename: z.string(),
    /** Digest of the wheel. */
    digest: z.string(),
    /** The Python, the C library and the compiler it was built with. */
    builtWith: z.string(),
  }),
  ...onStore,
  // Other bytes under a name that clients know would be refused by them: another target is another wheel.
  replaceOn: ["target"],

  async observe({ host, store, name, sdist }, context) {
    const { wheelLook } = await import("../../lib/host/jobs/pypi-wheel");
    const found = await beside(host, wheelLook, { store, name }, context);
    if (!found) return undefined;
    const { wheel, built, manifest, lost } = found;
    const { digest, filename } = wheel;
    const from = lost ? { ...sdist, digest: `${filename} is lost` } : found.sdist;
    return { args: { sdist: from }, outputs: { manifest, filename, digest, builtWith: toolsOf(built) } };
  },

  async apply(args, observed, context) {
    const { isDeepStrictEqual } = await import("node:util");
    const { host, store, name, target, ca } = args;
    const sdist = { ...args.sdist, digest: args.sdist.digest as Digest };
    if (observed && isDeepStrictEqual(observed.args.sdist, args.sdist)) return observed.outputs;
    const { wheelKeep, wheelSdist } = await import("../../lib/host/jobs/pypi-wheel");
    const { buildWheel } = await import("../../lib/pypi/build-wheel");
    const path = await beside(host, wheelSdist, { store, name, sdist, ...(ca === undefined ? {} : { ca }) }, context);
    const bytes = await (await context.connect(host)).readFile(path);
    if (!bytes) throw new Error(`${path} is gone from ${host.name}`);
    context.progress(`builds ${sdist.filename} on ${args.builder.name}`);
    const builder = await context.connect(args.builder);
    const made = await buildWheel(builder, { filename: sdist.filename, bytes }, target, context.signal);
    const kept = await beside(host, wheelKeep, { store, name, sdist, made }, context);
    return { ...kept, filename: made.filename, builtWith: toolsOf(made.with) };
  },

  async remember({ host, store, name }, _observed, context) {
    const { wheelRemember } = await import("../../lib/host/jobs/pypi-wheel");
    return beside(host, wheelRemember, { store, name }, context);
  },

  async remove({ host, store, name, deleteData }, before, context) {
    const { wheelGiveUp } = await import("../../lib/host/jobs/pypi-wheel");
    await beside(host, wheelGiveUp, { store, name, deleteData, before: before as Standing | null }, context);
  },
}) {}

const toolsOf = ({ python, glibc, compiler }: Builder): string => `${python}; glibc ${glibc}; ${compiler}`;
