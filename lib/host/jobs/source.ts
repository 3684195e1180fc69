import type { Digest } from "../../content/digest";
import { ContentStore } from "../../content/store";
import { workIn } from "../../content/work";
import type { Report } from "../../progress";
import { type CollectionsOrder, makeCollections } from "../../source/collections";
import { type FilesOrder, fetchFiles, ownerOf } from "../../source/files";
import type { SourceKind } from "../../source/manifest";
import { planSource } from "../../source/plan";
import { dropTouched, giveUp, putBack, remember, settle, standing } from "../../source/standing";
import { makeTree, type TreeOrder, tarballIn } from "../../source/tree";
import { defineJob } from "../jobs";

interface Name {
  store: string;
  name: string;
}

const working = <T>(order: Name, report: Report, signal: AbortSignal, run: (store: ContentStore) => Promise<T>) => {
  const store = new ContentStore(order.store);
  return workIn(store, ownerOf(order.name), report, signal, () => run(store));
};

/** What is served under a name, and which of its files were touched by hand. */
export const sourceStanding = defineJob(
  "source-standing",
  async ({ store, name, source }: Name & { source: SourceKind }) =>
    (await standing(new ContentStore(store), name, source)) ?? null,
);

/** What of a source is to come, whether it can be had, and whether there is room. */
export const sourcePlan = defineJob("source-plan", planSource);

/** Serves files by URL and digest. */
export const sourceFiles = defineJob("source-files", (order: FilesOrder, report, signal) =>
  working(order, report, signal, async (store) => {
    await dropTouched(store, order.name);
    const files = await fetchFiles(order, report, signal);
    return settle(store, order.name, { source: "files", asked: { files: order.files }, files });
  }),
);

/** Serves a source tree. */
export const sourceTree = defineJob("source-tree", (order: TreeOrder, report, signal) =>
  working(order, report, signal, async (store) => {
    await dropTouched(store, order.name);
    const stood = await standing(store, order.name, "tree");
    const files = await makeTree(order, stood?.files ?? [], report, signal);
    const manifest = await settle(store, order.name, { source: "tree", asked: { origin: order.origin }, files });
    return { manifest, tarball: tarballIn(files) };
  }),
);

/** Serves Ansible collections. */
export const sourceCollections = defineJob("source-collections", (order: CollectionsOrder, report, signal) =>
  working(order, report, signal, async (store) => {
    await dropTouched(store, order.name);
    const files = await makeCollections(order, report, signal);
    const { address, collections } = order;
    return settle(store, order.name, { source: "collections", asked: { address, collections }, files });
  }),
);

/** Keeps what is taken over. */
export const sourceRemember = defineJob("source-remember", ({ store, name, manifest }: Name & { manifest: Digest }) =>
  remember(new ContentStore(store), name, manifest),
);

/** Takes it away, or serves again what was taken over. */
export const sourceGiveUp = defineJob(
  "source-give-up",
  ({ deleteData, before, ...order }: Name & { deleteData: boolean; before: Digest | null }, report, signal) =>
    working(order, report, signal, async (store) => {
      if (before) await putBack(store, order.name, before);
      else await giveUp(store, order.name, deleteData);
      return null;
    }),
);
