import { z } from "zod";
import { connectionSchema } from "../../lib/host/connection";
import { defineResource } from "../resource";
import { onHost } from "./on-host";

const schema = z.object({
  /** The host that installs. */
  host: connectionSchema,
  /** The simple index, as this host reaches it; for example http://10.0.0.5:8000/pypi/simple/. */
  index: z.string().regex(/^https?:\/\/[^\s@"\\]+$/, "an http or https URI without user and password"),
});

/** Where pip and uv look for packages on a host: in one index and nowhere else, for every user. */
export class PipConfig extends defineResource({
  kind: "host:PipConfig",
  schema,
  outputs: z.object({}),
  ...onHost,
  // One for each host: there is one configuration for all users.
  identity: () => "python packages",

  async observe({ host, index }, context) {
    const { renderClientConfig } = await import("../../lib/pypi/client-config");
    const target = await context.connect(host);
    const wanted = Object.entries(renderClientConfig(index));
    const found = await Promise.all(wanted.map(([path]) => target.readFile(path)));
    if (found.every((content) => content === undefined)) return undefined;
    const other = wanted.filter(([, text], at) => found[at]?.toString() !== text).map(([path]) => path);
    return { args: { index: other.length === 0 ? index : `other: ${other.join(", ")}` }, outputs: {} };
  },

  async remember({ host, index }, _observed, context) {
    const { keep } = await import("../../lib/host/keepsake");
    const { renderClientConfig } = await import("../../lib/pypi/client-config");
    const target = await context.connect(host);
    const before: Record<string, unknown> = {};
    for (const path of Object.keys(renderClientConfig(index)))
      if (await target.stat(path)) before[path] = await keep(target, path);
    return before;
  },

  async apply({ host, index }, observed, context) {
    if (observed?.args.index === index) return {};
    const { renderClientConfig } = await import("../../lib/pypi/client-config");
    const target = await context.connect(host);
    for (const [path, text] of Object.entries(renderClientConfig(index))) await target.writeFile(path, text);
    return {};
  },

  async remove({ host, index }, before, context) {
    const { restore } = await import("../../lib/host/keepsake");
    const { renderClientConfig } = await import("../../lib/pypi/client-config");
    const target = await context.connect(host);
    const stood = (before ?? {}) as Record<string, unknown>;
    for (const path of Object.keys(renderClientConfig(index))) {
      if (stood[path]) await restore(target, path, stood[path]);
      else await target.removeFile(path);
    }
  },
}) {}
