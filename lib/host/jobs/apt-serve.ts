import { mend, observeServed, serve, unserve } from "../../apt/served";
import type { Layout } from "../../apt/tree";
import type { Digest } from "../../content/digest";
import { ContentStore } from "../../content/store";
import { defineJob } from "../jobs";

interface Name {
  store: string;
  name: string;
}

/** What is served under a name, and whether every file of it is as it was put there. */
export const aptServed = defineJob("apt-served", async ({ store, name }: Name) => {
  return (await observeServed(new ContentStore(store), name)) ?? null;
});

/** Serves a manifest; files that were touched by hand since are verified, and fetched again where they are bad. */
export const aptServe = defineJob(
  "apt-serve",
  async (
    { store, name, manifest, layout, ca }: Name & { manifest: Digest; layout: Layout; ca?: string },
    _report,
    signal,
  ) => {
    const content = new ContentStore(store);
    await mend(content, name, ca, signal);
    await serve(content, name, manifest, layout);
    return null;
  },
);

export const aptUnserve = defineJob("apt-unserve", async ({ store, name }: Name) => {
  await unserve(new ContentStore(store), name);
  return null;
});
