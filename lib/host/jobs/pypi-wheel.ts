import type { Standing } from "../../content/shelf";
import { ContentStore } from "../../content/store";
import { workIn } from "../../content/work";
import type { BuiltWheel } from "../../pypi/build-wheel";
import { bringSdist, keepWheel, type Sdist, wheelShelf, wheelStanding, workOf } from "../../pypi/wheel";
import { defineJob } from "../jobs";

interface Name {
  store: string;
  name: string;
}

/** Where a wheel stands, and how it was built. */
export const wheelLook = defineJob("wheel-look", async ({ store, name }: Name) => {
  return (await wheelStanding(new ContentStore(store), name)) ?? null;
});

/** Brings what a wheel is built from; tells where its bytes are. */
export const wheelSdist = defineJob(
  "wheel-sdist",
  ({ store, name, sdist, ca }: Name & { sdist: Sdist; ca?: string }, _report, signal) =>
    bringSdist(new ContentStore(store), name, sdist, ca, signal),
);

/** Takes a wheel in that was built elsewhere. */
export const wheelKeep = defineJob(
  "wheel-keep",
  ({ store, name, sdist, made }: Name & { sdist: Sdist; made: BuiltWheel }, report, signal) => {
    const content = new ContentStore(store);
    return workIn(content, workOf(name), report, signal, () => keepWheel(content, name, sdist, made));
  },
);

/** Notes what a wheel that is taken over is, and keeps it. */
export const wheelRemember = defineJob("wheel-remember", ({ store, name }: Name) =>
  wheelShelf.remember(new ContentStore(store), name),
);

/** Takes a wheel out of its store, or lets stand what stood when it was taken over. */
export const wheelGiveUp = defineJob(
  "wheel-give-up",
  ({ name, ...rest }: Name & { deleteData: boolean; before: Standing | null }, report, signal) => {
    const store = new ContentStore(rest.store);
    return workIn(store, workOf(name), report, signal, async () => {
      if (rest.before) await wheelShelf.putBack(store, name, rest.before);
      else await wheelShelf.forget(store, name, rest.deleteData);
      return null;
    });
  },
);
