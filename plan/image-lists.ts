import { readFile } from "node:fs/promises";
import { parseImageList } from "../lib/kolla/image-list";
import type { SiteImage } from "./image-sources";

/** Many images at once: the names in a file, each joined from one name for each architecture. */
export interface SiteImageList extends Pick<SiteImage, "tag" | "partial" | "adopt"> {
  file: string;
  namespace: string;
  /** What follows the name, by architecture. */
  suffixes: Readonly<Record<string, string>>;
  registry?: string | undefined;
}

/** The images a list of names stands for. */
export async function imagesOfList(list: SiteImageList): Promise<SiteImage[]> {
  const { file, namespace, tag, suffixes, registry, partial, adopt } = list;
  const names = parseImageList(await readFile(file, "utf8"), file);
  return names.map((name) => {
    const repository = `${namespace}/${name}`;
    const named = Object.entries(suffixes).map(([architecture, suffix]) => [architecture, `${repository}${suffix}`]);
    const from = { names: Object.fromEntries(named), ...(registry === undefined ? {} : { registry }) };
    return { repository, tag, architectures: Object.keys(suffixes), from, partial, adopt };
  });
}
