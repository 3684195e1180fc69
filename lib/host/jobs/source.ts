import type { Digest } from "../../content/digest";
import { ContentStore } from "../../content/store";
import { type CollectionsOrder, makeCollections } from "../../source/collections";
import { type FilesOrder, fetchFiles } from "../../source/files";
import type { SourceKind } from "../../source/manifest";
import { dropTouched, giveUp, putBack, remember, settle, standing } from "../../source/standing";
import { makeTree, type TreeOrder, tarballIn } from "../../source/tree";
import { defineJob } from "../jobs";

interface Name {
  store: string;
  name: string;
}

/** What is served under a name, and which of its files were touched by hand. */
export const sourceStanding = defineJob(
  "source-standing",
  async ({ store, name, source }: Name & { source: SourceKind }) =>
    (await standing(new ContentStore(store), name, source)) ?? null,
);

/** Serves files by URL and digest. */
export const sourceFiles = defineJob("source-files", async (order: FilesOrder, report, signal) => {
  const store = new ContentStore(order.store);
  await dropTouched(store, order.name);
  const files = await fetchFiles(order, report, signal);
  return settle(store, order.name, { source: "files", asked: { files: order.files }, files });
});

/** Serves a source tree. */
export const sourceTree = defineJob("source-tree", async (order: TreeOrder, report, signal) => {
  const store = new ContentStore(order.store);
  await dropTouched(store, order.name);
  const stood = await standing(store, order.name, "tree");
  const files = await makeTree(order, stood?.files ?? [], report, signal);
  const manifest = await settle(store, order.name, { source: "tree", asked: { origin: order.origin }, files });
  return { manifest, tarball: tarballIn(files) };
});

/** Serves Ansible collections. */
export const sourceCollections = defineJob("source-collections", async (order: CollectionsOrder, report, signal) => {
  const store = new ContentStore(order.store);
  await dropTouched(store, order.name);
  const files = await makeCollections(order, report, signal);
  const { address, collections } = order;
  return settle(store, order.name, { source: "collections", asked: { address, collections }, files });
});

/** Keeps what is taken over. */
export const sourceRemember = defineJob("source-remember", ({ store, name, manifest }: Name & { manifest: Digest }) =>
  remember(new ContentStore(store), name, manifest),
);

/** Takes it away, or serves again what was taken over. */
export const sourceGiveUp = defineJob(
  "source-give-up",
  async ({ store, name, deleteData, before }: Name & { deleteData: boolean; before: Digest | null }) => {
    if (before) await putBack(new ContentStore(store), name, before);
    else await giveUp(new ContentStore(store), name, deleteData);
    return null;
  },
);
