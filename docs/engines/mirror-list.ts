import { readFile } from "node:fs/promises";
import { mirror } from "../../lib/apt/mirror";
import { parseMirrorList, suitesOf } from "../../lib/apt/mirror-list";
import { aptPlane } from "../../lib/apt/plane";
import { scrub } from "../../lib/content/scrub";
import { serve } from "../../lib/content/served";
import { ContentStore } from "../../lib/content/store";
import { formatProgress } from "../../lib/progress";

/** Mirrors what apt-mirror's mirror.list names, serves it below `<store>/served/site`, and reads every byte again. */
export async function mirrorList(file: string, store: string, keyrings: string[]) {
  const list = parseMirrorList(await readFile(file, "utf8"), file);
  const suites = suitesOf(list).map((suite) => ({ ...suite, trust: { keyrings } }));
  const report = (progress: Parameters<typeof formatProgress>[0]) => console.error(formatProgress(progress, 1000));
  const { manifest } = await mirror({ store, name: "site", suites }, report, new AbortController().signal);
  await serve(aptPlane, new ContentStore(store), "site", manifest, {});
  return scrub([aptPlane], { store }, report, new AbortController().signal);
}
