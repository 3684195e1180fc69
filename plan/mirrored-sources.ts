import { directoryOf } from "../lib/apt/tree";
import { canonicalJson, digestOf } from "../lib/content/digest";
import { siteKeyring } from "./apt-clients";
import type { PlannedMirror } from "./apt-mirrors";
import type { MirroredSources } from "./base-images";

/** A suite and its updates as a mirror of the site will have them, below the address it is served at. */
export function mirroredSources(
  mirrors: readonly PlannedMirror[],
  { url, owner }: { url: string; owner: string },
  name: string,
  debian: string,
): MirroredSources {
  const mirror = mirrors.find((each) => each.name === name);
  const all = mirror?.suites ?? [];
  const suites = all.filter(({ suite }) => suite === debian || suite.startsWith(`${debian}-`));
  if (suites.length === 0) throw new Error(`mirror ${name} has no suite ${debian}; it has: ${list(all)}`);
  const sources = suites.map(({ uri, suite, components, trust }) => ({
    ...{ uri: `${url}/${name}/${directoryOf(uri, {})}`, suites: [suite], components },
    ...(mirror?.selection ? { signedBy: siteKeyring(owner), trusted: false } : believed(trust)),
  }));
  return { sources, snapshot: digestOf(canonicalJson(suites.map(({ uri, suite, head }) => [uri, suite, head]))) };
}

/** The builder trusts an archive by the keyring it was mirrored with. */
function believed(trust: PlannedMirror["suites"][number]["trust"]) {
  return "pinned" in trust ? { trusted: true } : { signedBy: trust.keyrings[0], trusted: false };
}

const list = (suites: PlannedMirror["suites"]): string => suites.map(({ suite }) => suite).join(", ") || "none";
