import { directoryOf } from "../lib/apt/tree";
import { canonicalJson, digestOf } from "../lib/content/digest";
import type { PlannedMirror } from "./apt-mirrors";
import type { MirroredSources } from "./base-images";

/** A suite and its updates as a mirror of the site will have them, below the address it is served at. */
export function mirroredSources(
  mirrors: readonly PlannedMirror[],
  url: string,
  name: string,
  debian: string,
): MirroredSources {
  const all = mirrors.find((each) => each.name === name)?.suites ?? [];
  const suites = all.filter(({ suite }) => suite === debian || suite.startsWith(`${debian}-`));
  if (suites.length === 0) throw new Error(`mirror ${name} has no suite ${debian}; it has: ${list(all)}`);
  const sources = suites.map(({ uri, suite, components, trust }) => ({
    ...{ uri: `${url}/${name}/${directoryOf(uri, {})}`, suites: [suite], components },
    ...("pinned" in trust ? { trusted: true } : { signedBy: trust.keyrings[0], trusted: false }),
  }));
  return { sources, snapshot: digestOf(canonicalJson(suites.map(({ uri, suite, head }) => [uri, suite, head]))) };
}

const list = (suites: PlannedMirror["suites"]): string => suites.map(({ suite }) => suite).join(", ") || "none";
