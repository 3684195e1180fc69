import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import type { TagsBefore } from "../../lib/oci/child-tags";
import type { ImageList, ListChild } from "../../lib/oci/list";
import { type DeepInput, defineResource } from "../resource";
import { clientOf, inRegistry, manifestArguments } from "./in-registry";
import { childrenSchema } from "./list-children";

const schema = z.object({
  ...manifestArguments,
  /** The images the list joins, one for each platform. Each gets a tag in the list's repository. */
  children: childrenSchema,
  /** What the list is written as. */
  format: z.enum(["oci", "docker"]).default("oci"),
  /** Architectures that were asked for and have no image: told in previews, and that is all. */
  missing: z.array(z.string().min(1)).default([]),
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
      digest: standing.children[index]?.manifest?.digest ?? "absent",
    }));
    return { args: { digest: standing.digest, children }, outputs: { reference: referenceTo(list) } };
  },

  async apply(list, _observed, context, { before, keep }) {
    const { claimTags, keepMoving } = await import("../../lib/oci/child-tags");
    const { observeList, pushList } = await import("../../lib/oci/push-list");
    const { giveUp, keepAside } = await import("../../lib/oci/tag");
    const client = await clientOf(list.registry);
    const { signal } = context;
    const { repository } = list;
    const built = await build(list);
    const stood = stoodBefore(before);
    const [wanted, standing] = await Promise.all([
      tagsToGive(list),
      observeList(client, repository, list.tag, built.children, signal),
    ]);
    const tags = claimTags(wanted, stood.tags, standing.children);
    if (Object.keys(tags).length > Object.keys(stood.tags).length) await keep({ ...stood, tags });
    if (stood.digest !== null && stood.digest !== list.digest) await keepAside(client, list, stood.digest, signal);
    await keepMoving(client, repository, wanted, tags, signal);
    await pushList(client, repository, list.tag, built, { signal, standing });
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
}) {
  /** The digest of the list over these children, for images that are made in the same run: unknown until they are. */
  static digestOf(
    children: DeepInput<z.input<typeof childrenSchema>>,
    format: List["format"] = "oci",
  ): pulumi.Output<string> {
    return pulumi.output(children).apply(async (known) => {
      const { buildList } = await import("../../lib/oci/list");
      return buildList(childrenSchema.parse(known) as ListChild[], format).manifest.digest;
    });
  }
}

const stoodBefore = (note: unknown): StoodBefore => ({ digest: null, tags: {}, ...(note as StoodBefore | null) });

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
  const tags = (list.children as ListChild[]).map((child) => [childTag(list.tag, child), child.digest] as const);
  const marks = await Promise.all(tags.map(([tag]) => ledger.get("oci:Image", `${list.repository}:${tag}`)));
  return new Map(tags.filter((_, index) => !marks[index]));
}
