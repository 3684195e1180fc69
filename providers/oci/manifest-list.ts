import { z } from "zod";
import type { RegistryClient } from "../../lib/oci/client";
import type { Digest } from "../../lib/oci/digest";
import type { ImageList, ListChild } from "../../lib/oci/list";
import { defineResource } from "../resource";
import { clientOf, digestSchema, inRegistry, manifestArguments, platformSchema } from "./in-registry";

const childSchema = z.strictObject({
  digest: digestSchema,
  size: z.int().min(1),
  mediaType: z.string().min(1),
  platform: platformSchema,
  /** Its own tag in the list's repository; `<tag>-<architecture>` where absent. */
  tag: z.string().min(1).optional(),
});

const schema = z.object({
  ...manifestArguments,
  /** The images the list joins, one for each platform. They must stand in the list's own repository. */
  children: z.array(childSchema).min(1),
  /** What the list is written as. */
  format: z.enum(["oci", "docker"]).default("oci"),
});

type List = z.output<typeof schema>;

/** One name for an image on several architectures. Its children are tagged beside it, so that no collector takes them. */
export class ManifestList extends defineResource({
  kind: "oci:ManifestList",
  schema,
  outputs: z.object({
    /** `host:port/repository@digest`, as Docker pulls it. */
    reference: z.string(),
  }),
  ...inRegistry,

  async observe(list, context) {
    const { observeList } = await import("../../lib/oci/push-list");
    const client = await clientOf(list.registry);
    const standing = await observeList(client, list.repository, list.tag, list.children as ListChild[], context.signal);
    if (standing.digest === undefined) return undefined;
    const children = list.children.map((child, index) => ({
      ...child,
      digest: standing.children[index]?.digest ?? "absent",
    }));
    return { args: { digest: standing.digest, children }, outputs: { reference: referenceTo(list) } };
  },

  async apply(list, _observed, context, { before }) {
    const { keepAside } = await import("../../lib/oci/tag");
    const { pushList } = await import("../../lib/oci/push-list");
    const client = await clientOf(list.registry);
    const built = await build(list);
    if (before !== null) await keepAside(client, list, (before as { digest: Digest }).digest, context.signal);
    await pushList(client, list.repository, list.tag, built, { signal: context.signal });
    return { reference: referenceTo(list) };
  },

  async remove(list, before, context) {
    const { putBack, untag } = await import("../../lib/oci/tag");
    const client = await clientOf(list.registry);
    if (before === null) await untag(client, list, context.signal);
    else await putBack(client, list, (before as { digest: Digest }).digest, context.signal);
    await untagOwnChildren(client, list, context.signal);
  },
}) {}

const referenceTo = ({ registry, repository, digest }: List): string => `${registry.address}/${repository}@${digest}`;

async function build(list: List): Promise<ImageList> {
  const { buildList } = await import("../../lib/oci/list");
  const built = buildList(list.children as ListChild[], list.format);
  if (built.manifest.digest === list.digest) return built;
  throw new Error(`these children make the list ${built.manifest.digest}, planned was ${list.digest}`);
}

/** The tags this list gave its children; those that are images of their own stay. */
async function untagOwnChildren(client: RegistryClient, list: List, signal: AbortSignal): Promise<void> {
  const { childTag } = await import("../../lib/oci/list");
  const { untag } = await import("../../lib/oci/tag");
  const ledger = await inRegistry.ledger(list);
  for (const child of list.children as ListChild[]) {
    const tag = childTag(list.tag, child);
    const owned = await ledger.get("oci:Image", `${list.repository}:${tag}`);
    if (!owned) await untag(client, { repository: list.repository, tag }, signal);
  }
}
