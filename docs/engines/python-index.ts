import { readFile } from "node:fs/promises";
import { serve } from "../../lib/content/served";
import { ContentStore } from "../../lib/content/store";
import { buildIndex } from "../../lib/pypi/build";
import { planIndex } from "../../lib/pypi/plan";
import { pypiPlane } from "../../lib/pypi/plane";

/** Plans what a list of pins means for a Python on two architectures, brings it, and serves it below `served/wheels`. */
export async function pythonIndex(list: string, store: string, upstream: string, python: string) {
  const targets = (["x86_64", "s390x"] as const).map((architecture) => ({ python, architecture, glibc: "2.36" }));
  const order = { upstream, targets, lists: { [list]: await readFile(list, "utf8") } };
  const { selection, missing } = await planIndex(order);
  const to = { store, name: "wheels", planned: selection, onMissing: "report" } as const;
  const { manifest } = await buildIndex({ ...order, ...to }, () => {}, new AbortController().signal);
  await serve(pypiPlane, new ContentStore(store), "wheels", manifest, null);
  return missing;
}
