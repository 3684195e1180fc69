import { isName, normalise } from "./name";
import { canonical } from "./version";

/** What a file's name says of it. */
export interface Distribution {
  name: string;
  version: string;
  /** Of a wheel: every tag it fits, as `<python>-<abi>-<platform>`. */
  tags?: readonly string[];
}

const SDIST = /\.(?:tar\.gz|tar\.bz2|tar\.xz|tgz|zip)$/;

/** A wheel or an sdist; undefined for eggs, installers, and names that could lead out of a directory. */
export function parseFilename(filename: string): Distribution | undefined {
  if (!/^[\w.+!-]+$/.test(filename) || filename.startsWith(".")) return undefined;
  return filename.endsWith(".whl") ? wheelOf(filename) : sdistOf(filename);
}

function wheelOf(filename: string): Distribution | undefined {
  const parts = filename.slice(0, -".whl".length).split("-");
  if (parts.length < 5 || parts.length > 6) return undefined;
  const [name = "", version = ""] = parts;
  const [pythons = "", abis = "", platforms = ""] = parts.slice(-3);
  // Old wheels escaped the local version's plus.
  const known = canonical(version) ?? canonical(version.replace("_", "+"));
  if (!known || !isName(name)) return undefined;
  const tags = pythons
    .split(".")
    .flatMap((python) =>
      abis.split(".").flatMap((abi) => platforms.split(".").map((platform) => `${python}-${abi}-${platform}`)),
    );
  return { name: normalise(name), version: known, tags };
}

/** Where the name ends is told by the version: the last dash before one. */
function sdistOf(filename: string): Distribution | undefined {
  if (!SDIST.test(filename)) return undefined;
  const stem = filename.replace(SDIST, "");
  for (const { index } of stem.matchAll(/-/g)) {
    const version = canonical(stem.slice(index + 1));
    const name = stem.slice(0, index);
    if (version && isName(name)) return { name: normalise(name), version };
  }
  return undefined;
}

export const isWheel = (filename: string): boolean => filename.endsWith(".whl");
