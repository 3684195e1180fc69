import { homedir } from "node:os";
import { join } from "node:path";
import { ContentStore } from "../../content/store";
import { workIn } from "../../content/work";
import { buildIndex, type IndexOrder, workOf } from "../../pypi/build";
import { forgetDirectory, isAsTaken } from "../../pypi/directory";
import { planStoredIndex } from "../../pypi/plan";
import { type IndexStanding, indexShelf } from "../../pypi/shelf";
import { defineJob } from "../jobs";

interface Name {
  store: string;
  name: string;
}

/** Pages of upstreams, for conditional requests: those who plan and those who build read the same. */
const cacheOf = () => join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "openstack-site", "pypi");

/** What an index would hold now, what of it is to come, and whether there is room. */
export const pypiPlan = defineJob("pypi-plan", (order: Parameters<typeof planStoredIndex>[0], report, signal) =>
  planStoredIndex({ cache: cacheOf(), ...order }, report, signal),
);

/** Brings an index to what its lists ask for now. */
export const pypiIndex = defineJob("pypi-index", (order: IndexOrder, report, signal) =>
  buildIndex({ cache: cacheOf(), ...order }, report, signal),
);

/** Where an index stands, and whether the directory of own builds is as it was taken in. */
export const pypiLook = defineJob("pypi-look", async ({ store, name, directory }: Name & { directory?: string }) => {
  const content = new ContentStore(store);
  const standing = await indexShelf.read(content, name);
  if (!standing) return null;
  return { ...standing, asTaken: directory === undefined || (await isAsTaken(content, name, directory)) };
});

/** Notes what an index that is taken over holds, and keeps it. */
export const pypiRemember = defineJob("pypi-remember", ({ store, name }: Name) =>
  indexShelf.remember(new ContentStore(store), name),
);

/** Takes an index out of its store, or lets it stand where it stood when it was taken over. */
export const pypiGiveUp = defineJob(
  "pypi-give-up",
  ({ name, ...rest }: Name & { deleteData: boolean; before: IndexStanding | null }, report, signal) => {
    const store = new ContentStore(rest.store);
    return workIn(store, workOf(name), report, signal, async () => {
      if (rest.before) await indexShelf.putBack(store, name, rest.before);
      else await indexShelf.forget(store, name, rest.deleteData);
      await forgetDirectory(store, name);
      return null;
    });
  },
);
