import { z } from "zod";
import type { Layout } from "../../lib/apt/tree";
import { digestSchema } from "../../lib/content/form";
import { onStore, storeArguments } from "../content/on-store";
import { directoryOf, hide, look, remember, show } from "../content/serving";
import { defineResource } from "../resource";

const schema = z.object({
  ...storeArguments,
  /** What is served: the manifest of a mirror. An older one rolls back. */
  manifest: digestSchema,
  /** Directory of each archive, by its URI; `<host>/<path>` where none is given, as apt-mirror leaves it. */
  layout: z.record(z.string(), z.string().regex(/^(?!\.)[\w.+-]+(\/(?!\.)[\w.+-]+)*$/, "a relative path")).default({}),
  /** PEM of the authority that signed the upstream's certificate, where the host does not know it: for repairs. */
  ca: z.string().min(1).optional(),
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
    const shown = await look<Layout>(published, context);
    return shown && { args: shown, outputs: { directory: directoryOf(published) } };
  },

  async apply(published, observed, context) {
    await show("apt", published, published, observed?.args, context);
    return { directory: directoryOf(published) };
  },

  remember: (published, _observed, context) => remember(published, context),

  remove: (published, before, context) => hide("apt", published, before, context),
}) {}
