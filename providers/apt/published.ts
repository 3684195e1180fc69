import { z } from "zod";
import type { Layout } from "../../lib/apt/tree";
import type { Digest } from "../../lib/content/digest";
import { digestSchema } from "../oci/in-registry";
import { defineResource } from "../resource";
import { beside, onStore, storeArguments } from "./on-store";

const schema = z.object({
  ...storeArguments,
  /** What is served: the manifest of a mirror. An older one rolls back. */
  manifest: digestSchema,
  /** Directory of each archive, by its URI; `<host>/<path>` where none is given, as apt-mirror leaves it. */
  layout: z.record(z.string(), z.string().regex(/^(?!\.)[\w.+-]+(\/(?!\.)[\w.+-]+)*$/, "a relative path")).default({}),
});

/**
 * A mirror as clients see it, below `served/<name>` in its store. The switch to another state is one rename, and clients
 * in the middle of something find what they have read of for two more states.
 */
export class Published extends defineResource({
  kind: "apt:Published",
  schema,
  outputs: z.object({
    /** What a web server hands out. */
    directory: z.string(),
  }),
  ...onStore,

  async observe(published, context) {
    const { served } = await import("../../lib/host/jobs/serve");
    const { host, store, name } = published;
    const found = await beside(host, served, { store, name }, context);
    if (!found) return undefined;
    const { manifest, layout, touched } = found;
    const [first] = touched;
    const told = first === undefined ? manifest : `touched by hand: ${first}${more(touched.length - 1)}`;
    return { args: { manifest: told, layout: layout as Layout }, outputs: { directory: directoryOf(published) } };
  },

  async apply(published, observed, context) {
    const { serveManifest } = await import("../../lib/host/jobs/serve");
    const { isDeepStrictEqual } = await import("node:util");
    const { host, store, name, manifest, layout } = published;
    if (isDeepStrictEqual(observed?.args, { manifest, layout })) return { directory: directoryOf(published) };
    await beside(host, serveManifest, { store, name, plane: "apt", manifest: manifest as Digest, layout }, context);
    return { directory: directoryOf(published) };
  },

  async remove({ host, store, name }, before, context) {
    const { serveManifest, unserveName } = await import("../../lib/host/jobs/serve");
    const stood = before as { manifest: Digest; layout: Layout } | null;
    if (stood) await beside(host, serveManifest, { store, name, plane: "apt", ...stood }, context);
    else await beside(host, unserveName, { store, name }, context);
  },
}) {}

const directoryOf = ({ store, name }: { store: string; name: string }): string => `${store}/served/${name}`;

const more = (count: number): string => (count > 0 ? ` and ${count} more` : "");
