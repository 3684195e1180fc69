import { forget } from "../../apt/forget";
import { type MirrorOrder, mirror } from "../../apt/mirror";
import { type MirrorSummary, mirrorShelf } from "../../apt/summary";
import { ContentStore } from "../../content/store";
import { defineJob } from "../jobs";

interface Name {
  store: string;
  name: string;
}

/** Brings a mirror to what its archives hold now. */
export const aptMirror = defineJob("apt-mirror", (order: MirrorOrder, report, signal) => mirror(order, report, signal));

/** Notes what a mirror that is taken over holds, and keeps it. */
export const aptRemember = defineJob("apt-remember", ({ store, name }: Name) =>
  mirrorShelf.remember(new ContentStore(store), name),
);

/** Takes a mirror out of its store, or lets it stand where it stood when it was taken over. */
export const aptGiveUp = defineJob(
  "apt-give-up",
  async ({ store, name, deleteData, before }: Name & { deleteData: boolean; before: MirrorSummary | null }) => {
    if (before) await mirrorShelf.putBack(new ContentStore(store), name, before);
    else await forget(new ContentStore(store), name, deleteData);
    return null;
  },
);
