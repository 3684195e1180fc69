import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import type { WantedFile } from "../../lib/source/files";
import { wantedFiles } from "../../lib/source/schema";
import { beside } from "../content/on-store";
import { defineResource } from "../resource";
import { inOrderOf, onServed, servedArguments, servedBy, servedOutputs, standingOf, touchedByHand } from "./on-served";

const schema = z.object({
  ...servedArguments,
  /** Guest images, keys, programs: whatever has an address and a digest. */
  files: wantedFiles,
});

type File = z.output<typeof wantedFiles>[number];

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

/** Files that were touched have another digest; what was added by hand is one file more. */
function marked(files: readonly File[], touched: readonly string[]): File[] {
  const strange = touched.filter((path) => !files.some((file) => file.path === path));
  return [
    ...files.map((file) => (touched.includes(file.path) ? { ...file, digest: touchedByHand([file.path]) } : file)),
    ...strange.map((path) => ({ url: "", digest: "added by hand" as Digest, path })),
  ];
}
