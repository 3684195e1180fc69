import { z } from "zod";
import type { TreeOrigin } from "../../lib/source/tree";
import { beside } from "../content/on-store";
import { digestSchema } from "../oci/in-registry";
import { defineResource } from "../resource";
import { onServed, servedArguments, servedBy, servedOutputs, standingOf, touchedByHand, webAddress } from "./on-served";

const gitSchema = z.strictObject({
  /** The repository, as git on that host reaches it: an address without a password, or a path. */
  git: z
    .string()
    .regex(
      /^(https?:\/\/[^\s@]+|ssh:\/\/([\w.-]+@)?[^\s@]+|(git|file):\/\/[^\s@]+|\/\S+)$/,
      "an http, ssh, git or file address, or an absolute path",
    ),
  commit: z.string().regex(/^[0-9a-f]{40}$/, "the 40 hexadecimal digits of a commit"),
  /** Serves a repository, too, with all that led to the commit and its tags, for `git clone` and pip's `git+`. */
  history: z.boolean().default(false),
  /** What pip is told of a tree whose build asks git for it, as those that use pbr do. */
  python: z
    .strictObject({
      name: z.string().regex(/^[\w.-]+$/, "the name of a package"),
      version: z.string().regex(/^[\w.!+-]+$/, "a version"),
    })
    .optional(),
});

const archiveSchema = z.strictObject({
  /** Address of a tar.gz. */
  archive: webAddress,
  digest: digestSchema,
});

const schema = z.object({
  ...servedArguments,
  /** A commit in a repository of git, or an archive. */
  origin: z.union([gitSchema, archiveSchema], "git and commit, or archive and digest"),
});

type Origin = z.output<typeof schema>["origin"];

/**
 * A source tree, served below `served/<name>` in a store as an archive that pip installs: the same bytes each time,
 * with the same git. Submodules are refused.
 */
export class Tree extends defineResource({
  kind: "source:Tree",
  schema,
  outputs: z.object({
    ...servedOutputs,
    /** Name of the archive in the directory. */
    tarball: z.string(),
    /** Its digest. */
    digest: z.string(),
  }),
  ...onServed,

  async observe(wanted, context) {
    const found = await standingOf(wanted, "tree", context);
    if (!found) return undefined;
    const { asked, files, touched, manifest } = found;
    const archive = files.find(({ path }) => path.endsWith(".tar.gz"));
    return {
      args: { origin: marked(asked["origin"] as Origin | undefined, touched) },
      outputs: { ...servedBy(wanted, manifest), tarball: archive?.path ?? "", digest: archive?.digest ?? "" },
    };
  },

  async apply(wanted, observed, context) {
    const { sourceTree } = await import("../../lib/host/jobs/source");
    const { isDeepStrictEqual } = await import("node:util");
    const { host, store, name, origin, ca } = wanted;
    if (observed && isDeepStrictEqual(observed.args.origin, origin)) return observed.outputs;
    const order = { store, name, origin: origin as TreeOrigin, ...(ca === undefined ? {} : { ca }) };
    const { manifest, tarball } = await beside(host, sourceTree, order, context);
    return { ...servedBy(wanted, manifest), tarball: tarball.path, digest: tarball.digest };
  },
}) {}

/** Where something was touched, another state stands there. */
function marked(origin: Origin | undefined, touched: readonly string[]): Origin {
  const told = origin === undefined ? "lost" : touchedByHand(touched);
  if (origin !== undefined && touched.length === 0) return origin;
  return origin && "archive" in origin
    ? { ...origin, digest: told }
    : { ...(origin ?? { git: "", history: false }), commit: told };
}
