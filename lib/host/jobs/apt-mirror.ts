import { forget } from "../../apt/forget";
import { type MirrorOrder, mirror, workOf } from "../../apt/mirror";
import { type MirrorSummary, mirrorShelf } from "../../apt/summary";
import { ContentStore } from "../../content/store";
import { workIn } from "../../content/work";
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
  ({ name, ...rest }: Name & { deleteData: boolean; before: MirrorSummary | null }, report, signal) => {
    const store = new ContentStore(rest.store);
    return workIn(store, workOf(name), report, signal, async () => {
      if (rest.before) await mirrorShelf.putBack(store, name, rest.before);
      else await forget(store, name, rest.deleteData);
      return null;
    });
  },
);
