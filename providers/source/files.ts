import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import type { WantedFile } from "../../lib/source/files";
import { beside } from "../content/on-store";
import { digestSchema } from "../oci/in-registry";
import { defineResource } from "../resource";
import {
  inOrderOf,
  onServed,
  servedArguments,
  servedBy,
  servedOutputs,
  standingOf,
  touchedByHand,
  webAddress,
} from "./on-served";

const fileSchema = z.strictObject({
  url: webAddress,
  /** What the file must be, whatever its server says. */
  digest: digestSchema,
  /** Where it is served, below the name. */
  path: z.string().regex(/^(?!\.)[\w.+~-]+(\/(?!\.)[\w.+~-]+)*$/, "a relative path without hidden parts"),
  /** Bytes; its server is asked where this is left out. */
  size: z.int().min(0).optional(),
});

const schema = z.object({
  ...servedArguments,
  /** Guest images, keys, programs: whatever has an address and a digest. */
  files: z.array(fileSchema).min(1).refine(standApart, "two files stand at one path, or one of them below the other"),
});

type File = z.output<typeof fileSchema>;

/** Files by URL and digest, served below `served/<name>` in a store. They change together, in one switch. */
export class Files extends defineResource({
  kind: "source:Files",
  schema,
  outputs: z.object(servedOutputs),
  ...onServed,

  async observe(wanted, context) {
    const found = await standingOf(wanted, "files", context);
    if (!found) return undefined;
    const files = inOrderOf(wanted.files, (found.asked["files"] ?? []) as File[], ({ path }) => path);
    return { args: { files: marked(files, found.touched) }, outputs: servedBy(wanted, found.manifest) };
  },

  async apply(wanted, observed, context) {
    const { sourceFiles } = await import("../../lib/host/jobs/source");
    const { isDeepStrictEqual } = await import("node:util");
    const { host, store, name, files, ca } = wanted;
    if (observed && isDeepStrictEqual(observed.args.files, files)) return observed.outputs;
    const order = { store, name, files: files as WantedFile[], ...(ca === undefined ? {} : { ca }) };
    return servedBy(wanted, await beside(host, sourceFiles, order, context));
  },
}) {}

function standApart(files: readonly { path: string }[]): boolean {
  const paths = new Set(files.map(({ path }) => path));
  const parents = [...paths].flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index)));
  return paths.size === files.length && !parents.some((parent) => paths.has(parent));
}

/** Files that were touched have another digest; what was added by hand is one file more. */
function marked(files: readonly File[], touched: readonly string[]): File[] {
  const strange = touched.filter((path) => !files.some((file) => file.path === path));
  return [
    ...files.map((file) => (touched.includes(file.path) ? { ...file, digest: touchedByHand([file.path]) } : file)),
    ...strange.map((path) => ({ url: "", digest: "added by hand" as Digest, path })),
  ];
}
