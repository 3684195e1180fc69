import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import type { TagsBefore } from "../../lib/oci/child-tags";
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

/** What stood at the list's own tag and at those of its children; null where nothing stood. */
interface StoodBefore {
  digest: Digest | null;
  tags: TagsBefore;
}

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

  async apply(list, _observed, context, { before, keep }) {
    const { claimTags, keepMoving } = await import("../../lib/oci/child-tags");
    const { pushList } = await import("../../lib/oci/push-list");
    const { giveUp, keepAside } = await import("../../lib/oci/tag");
    const client = await clientOf(list.registry);
    const { signal } = context;
    const { repository } = list;
    const built = await build(list);
    const stood = stoodBefore(before);
    const wanted = await tagsToGive(list);
    const tags = await claimTags(client, repository, wanted, stood.tags, signal);
    if (Object.keys(tags).length > Object.keys(stood.tags).length) await keep({ ...stood, tags });
    if (stood.digest !== null && stood.digest !== list.digest) await keepAside(client, list, stood.digest, signal);
    await keepMoving(client, repository, wanted, tags, signal);
    await pushList(client, repository, list.tag, built, { signal });
    const kept = Object.fromEntries(Object.entries(tags).filter(([tag]) => wanted.has(tag)));
    if (Object.keys(kept).length < Object.keys(tags).length) {
      for (const [tag, digest] of Object.entries(tags)) {
        if (!wanted.has(tag)) await giveUp(client, { repository, tag }, digest, signal);
      }
      await keep({ ...stood, tags: kept });
    }
    return { reference: referenceTo(list) };
  },

  async remember(_list, observed) {
    return { digest: observed.args.digest as Digest, tags: {} } satisfies StoodBefore;
  },

  async remove(list, before, { signal }) {
    const { giveUp } = await import("../../lib/oci/tag");
    const client = await clientOf(list.registry);
    const { digest, tags } = stoodBefore(before);
    await giveUp(client, list, digest, signal);
    const { repository } = list;
    for (const [tag, stood] of Object.entries(tags)) await giveUp(client, { repository, tag }, stood, signal);
  },
}) {}

const stoodBefore = (note: unknown): StoodBefore => ({
  digest: null,
  tags: {},
  ...(note as Partial<StoodBefore> | null),
});

const referenceTo = ({ registry, repository, digest }: List): string => `${registry.address}/${repository}@${digest}`;

async function build(list: List): Promise<ImageList> {
  const { buildList } = await import("../../lib/oci/list");
  const built = buildList(list.children as ListChild[], list.format);
  if (built.manifest.digest === list.digest) return built;
  throw new Error(`these children make the list ${built.manifest.digest}, planned was ${list.digest}`);
}

/** The tags this list gives its children, and for which images; those that are images of their own are not its. */
async function tagsToGive(list: List): Promise<Map<string, Digest>> {
  const { childTag } = await import("../../lib/oci/list");
  const ledger = await inRegistry.ledger(list);
  const tags = new Map((list.children as ListChild[]).map((child) => [childTag(list.tag, child), child.digest]));
  for (const tag of tags.keys()) {
    if (await ledger.get("oci:Image", `${list.repository}:${tag}`)) tags.delete(tag);
  }
  return tags;
}
