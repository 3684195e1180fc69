import { z } from "zod";
import { digestSchema } from "../../lib/content/form";
import { onStore, storeArguments } from "../content/on-store";
import { directoryOf, hide, look, remember, show } from "../content/serving";
import { defineResource } from "../resource";

const schema = z.object({
  ...storeArguments,
  /** What is served: the manifest of an index. An older one rolls back. */
  manifest: digestSchema,
  /** PEM of the authority that signed the upstream's certificate, where the host does not know it: for repairs. */
  ca: z.string().min(1).optional(),
});

/**
 * An index as pip and uv see it, below `served/<name>/simple` in its store: static files, for any web server. The switch
 * to another state is one rename, and clients find the files they have read of for two more states.
 */
export class Published extends defineResource({
  kind: "pypi:Published",
  schema,
  outputs: z.object({
    /** What a web server hands out. */
    directory: z.string(),
  }),
  ...onStore,

  async observe(published, context) {
    const shown = await look<null>(published, context);
    return shown && { args: { manifest: shown.manifest }, outputs: { directory: directoryOf(published) } };
  },

  async apply(published, observed, context) {
    const { manifest } = published;
    const stands = observed && { ...observed.args, layout: null };
    await show("pypi", published, { manifest, layout: null }, stands, context);
    return { directory: directoryOf(published) };
  },

  remember: (published, _observed, context) => remember(published, context),

  remove: (published, before, context) => hide("pypi", published, before, context),
}) {}
