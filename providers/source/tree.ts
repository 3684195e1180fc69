import { z } from "zod";
import { treeOrigin } from "../../lib/source/schema";
import type { TreeOrigin } from "../../lib/source/tree";
import { beside } from "../content/on-store";
import { defineResource } from "../resource";
import { onServed, servedArguments, servedBy, servedOutputs, standingOf, touchedByHand } from "./on-served";

const schema = z.object({
  ...servedArguments,
  /** A commit in a repository of git, or an archive. */
  origin: treeOrigin,
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
