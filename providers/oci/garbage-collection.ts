import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import { digestSchema } from "../../lib/content/form";
import { connectionSchema } from "../../lib/host/connection";
import type { Kept } from "../../lib/oci/survey";
import type { CollectionRecord } from "../../lib/registry/record";
import { onHost } from "../host/on-host";
import { defineResource } from "../resource";
import { clientOf, registrySchema } from "./in-registry";

const schema = z.object({
  /** The host whose Docker runs the registry. */
  host: connectionSchema,
  /** The registry's container there. */
  container: z.string().min(1),
  /** The registry, as pulls reach it. */
  registry: registrySchema,
  /** Its configuration, inside the container. */
  config: z.string().startsWith("/").default("/etc/docker/registry/config.yml"),
  /** What the site is to hold now, as one digest. Where it changes, garbage is collected. */
  content: digestSchema,
  /** Manifests to keep although no tag and no list names them, as `repository@digest`. */
  keep: z.array(z.string().regex(/^[^@\s]+@sha256:[0-9a-f]{64}$/, "repository@sha256:…")).default([]),
});

const outputs = z.object({
  /** What the last collection freed on the host, and how much it took away. */
  freedBytes: z.int(),
  removedBlobs: z.int(),
  removedManifests: z.int(),
});

type Collection = z.output<typeof schema>;

const nameOf = ({ registry }: Pick<Collection, "registry">): string => registry.name ?? registry.address;

const told = ({ bytes, blobs, manifests }: CollectionRecord): z.output<typeof outputs> => ({
  freedBytes: bytes,
  removedBlobs: blobs,
  removedManifests: manifests,
});

/**
 * Takes away what no tag and no list of a registry needs, each time the site's content has changed. Untagged images of
 * standing lists, which a registry's own collector would take, get a tag `kept-<digest>` before. Meanwhile the registry
 * answers pulls and refuses pushes, so it comes after all that is pushed. Nothing is undone on removal.
 */
export class GarbageCollection extends defineResource({
  kind: "oci:GarbageCollection",
  schema,
  outputs,
  ...onHost,
  identity: ({ registry }) => registry.name ?? registry.address,
  shared: true,

  async observe(collection, context) {
    const { readRecord } = await import("../../lib/registry/record");
    const last = await readRecord(await context.connect(collection.host), nameOf(collection));
    return last && { args: { content: last.content }, outputs: told(last) };
  },

  async apply(collection, observed, context) {
    const { content, container, config, keep } = collection;
    if (observed?.args.content === content) return observed.outputs;
    const { collectGarbage } = await import("../../lib/registry/collect");
    const { writeRecord } = await import("../../lib/registry/record");
    const host = await context.connect(collection.host);
    const client = await clientOf(collection.registry);
    const record = {
      content,
      ...(await collectGarbage(host, client, { container, config, keep: keep.map(keptOf) }, context)),
    };
    await writeRecord(host, nameOf(collection), record);
    return told(record);
  },

  async remember(collection, _observed, context) {
    const { readRecord } = await import("../../lib/registry/record");
    return readRecord(await context.connect(collection.host), nameOf(collection));
  },

  async remove(collection, before, context) {
    const { removeRecord, writeRecord } = await import("../../lib/registry/record");
    const host = await context.connect(collection.host);
    const name = nameOf(collection);
    await (before ? writeRecord(host, name, before as CollectionRecord) : removeRecord(host, name));
  },
}) {}

function keptOf(reference: string): Kept {
  const [repository = "", digest = ""] = reference.split("@");
  return { repository, digest: digest as Digest };
}
