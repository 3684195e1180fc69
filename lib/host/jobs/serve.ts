import type { Digest } from "../../content/digest";
import type { Plane } from "../../content/plane";
import { mend, observeServed, serve, unserve } from "../../content/served";
import { putServedBack, rememberServed, type ServedBefore } from "../../content/served-before";
import { ContentStore } from "../../content/store";
import { defineJob } from "../jobs";
import { PLANES, type PlaneName } from "../planes";

interface Name {
  store: string;
  name: string;
}

interface Order extends Name {
  plane: PlaneName;
  manifest: Digest;
  layout: unknown;
  ca?: string;
}

/** What is served under a name, and whether every file of it is as it was put there. */
export const served = defineJob("served", async ({ store, name }: Name) => {
  return (await observeServed(new ContentStore(store), name)) ?? null;
});

/** Serves a manifest; files that were touched by hand since are verified, and fetched again where they are bad. */
export const serveManifest = defineJob(
  "serve",
  async ({ store, name, plane, manifest, layout, ca }: Order, _report, signal) => {
    const content = new ContentStore(store);
    const its = PLANES[plane] as Plane<unknown>;
    await mend(its, content, name, ca, signal);
    await serve(its, content, name, manifest, layout);
    return null;
  },
);

/** What is served under a name that is taken over; it is kept until it is put back. */
export const servedBefore = defineJob("served-before", ({ store, name }: Name) =>
  rememberServed(new ContentStore(store), name),
);

export const serveBefore = defineJob(
  "serve-before",
  async ({ store, name, plane, before }: Name & { plane: PlaneName; before: ServedBefore }) => {
    await putServedBack(PLANES[plane] as Plane<unknown>, new ContentStore(store), name, before);
    return null;
  },
);

export const unserveName = defineJob("unserve", async ({ store, name }: Name) => {
  await unserve(new ContentStore(store), name);
  return null;
});
