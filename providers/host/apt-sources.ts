import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { connectionSchema } from "../../lib/host/connection";
import { defineResource } from "../resource";
import { onHost } from "./on-host";

const entrySchema = z.strictObject({
  /** The archive, as this host reaches it. */
  uri: z.string().regex(/^https?:\/\/[^\s@[\]]+$/, "an http or https URI without user and password"),
  suites: z.array(z.string().regex(/^[\w.+/-]+$/, "a suite, for example trixie-updates")).min(1),
  components: z.array(z.string().regex(/^[\w.+/-]+$/, "a component, for example main")).default(["main"]),
  /** All that dpkg knows on the host where absent. */
  architectures: z.array(z.string().regex(/^[a-z0-9-]+$/, "an architecture, for example arm64")).optional(),
  /** Keyring on the host; taken without a signature where absent. */
  signedBy: z
    .string()
    .regex(/^\/[\w./+-]+$/, "an absolute path")
    .optional(),
  /** Whether an expired Release is refused. A site behind a gap says no. */
  checkValidUntil: z.boolean().default(false),
});

const schema = z.object({
  /** The host that installs packages. */
  host: connectionSchema,
  /** What the host asks, in the order of the file. */
  entries: z.array(entrySchema).min(1),
  /** Every other source is disabled, and comes back when this resource is deleted. */
  exclusive: z.boolean().default(true),
});

/** What stood before: our file's own text if we adopted it, and the sources we disabled. */
interface Before {
  text: string | null;
  disabled: string[];
}

const nothing: Before = { text: null, disabled: [] };

/** Where a host gets its packages from. */
export class AptSources extends defineResource({
  kind: "host:AptSources",
  schema,
  outputs: z.object({}),
  ...onHost,
  // One for each host: apt asks all sources together.
  identity: () => "packages",

  async observe({ host, entries, exclusive }, context) {
    const { otherSources, renderSources, SOURCES_FILE } = await import("../../lib/apt/client-sources");
    const target = await context.connect(host);
    const text = (await target.readFile(SOURCES_FILE))?.toString();
    if (text === undefined) return undefined;
    const others = exclusive ? await otherSources(target) : [];
    const live = text === renderSources(entries) ? entries : [];
    return { args: { entries: live, exclusive: exclusive && others.length === 0 }, outputs: {} };
  },

  async remember({ host }, _observed, context) {
    const { SOURCES_FILE } = await import("../../lib/apt/client-sources");
    const text = (await (await context.connect(host)).readFile(SOURCES_FILE))?.toString() ?? null;
    return { ...nothing, text } satisfies Before;
  },

  async apply({ host, entries, exclusive }, observed, context, { before, keep }) {
    if (isDeepStrictEqual(observed?.args, { entries, exclusive })) return {};
    const { disable, enable, otherSources, renderSources, SOURCES_FILE, updateIndexes } = await import(
      "../../lib/apt/client-sources"
    );
    const target = await context.connect(host);
    const stood = (before as Before | null) ?? nothing;
    await target.writeFile(SOURCES_FILE, renderSources(entries));
    const others = exclusive ? await otherSources(target) : [];
    const disabled = exclusive ? [...new Set([...stood.disabled, ...others])] : [];
    if (exclusive && others.length > 0) await keep({ ...stood, disabled });
    for (const file of others) await disable(target, file);
    if (!exclusive) for (const file of stood.disabled) await enable(target, file);
    if (!exclusive && stood.disabled.length > 0) await keep({ ...stood, disabled });
    await updateIndexes(target, context.signal);
    return {};
  },

  async remove({ host }, before, context) {
    const { enable, SOURCES_FILE } = await import("../../lib/apt/client-sources");
    const target = await context.connect(host);
    const stood = (before as Before | null) ?? nothing;
    for (const file of stood.disabled) await enable(target, file);
    if (stood.text === null) await target.removeFile(SOURCES_FILE);
    else await target.writeFile(SOURCES_FILE, stood.text);
  },
}) {}
