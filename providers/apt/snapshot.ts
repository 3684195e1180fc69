import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import { digestSchema } from "../../lib/content/form";
import type { Snapshot as Stored } from "../../lib/content/snapshot";
import { beside, onStore, storeArguments } from "../content/on-store";
import { defineResource } from "../resource";

const schema = z.object({
  ...storeArguments,
  /** The state that is kept: the manifest of a mirror, as its output named it. Another one is another snapshot. */
  manifest: digestSchema,
  /** Why it is kept, for whoever finds it in a year. */
  note: z.string().max(500).default(""),
});

/**
 * A state of a mirror that stays with all its files, whatever the mirror keeps, until this resource is deleted; that is
 * refused while apt:Published serves it. It costs the bytes that no later state has, and nothing else.
 */
export class Snapshot extends defineResource({
  kind: "apt:Snapshot",
  schema,
  outputs: z.object({}),
  ...onStore,
  identity: ({ store, name, manifest }) => `${store}#${name}@${manifest}`,

  async observe({ host, store, name, manifest }, context) {
    const { snapshotFile } = await import("../../lib/content/snapshot");
    const target = await context.connect(host);
    const text = await target.readFile(snapshotFile(store, name, manifest as Digest));
    if (!text) return undefined;
    const { note } = JSON.parse(text.toString()) as Stored;
    return { args: { note }, outputs: {} };
  },

  async apply({ host, store, name, manifest, note }, observed, context) {
    const { snapshotTake } = await import("../../lib/host/jobs/snapshot");
    if (observed?.args.note === note) return {};
    await beside(host, snapshotTake, { store, name, manifest: manifest as Digest, note }, context);
    return {};
  },

  async remove({ host, store, name, manifest }, before, context) {
    const { snapshotDrop, snapshotTake } = await import("../../lib/host/jobs/snapshot");
    const order = { store, name, manifest: manifest as Digest };
    const stood = before as { note: string } | null;
    if (stood) await beside(host, snapshotTake, { ...order, note: stood.note }, context);
    else await beside(host, snapshotDrop, order, context);
  },
}) {}
