import { clean, compare, satisfies, validRange } from "@renovatebot/pep440";

/** The one spelling of a version; undefined where PEP 440 knows it as none. */
export function canonical(text: string): string | undefined {
  // The library joins the parts of a local version with commas.
  return clean(text)?.replaceAll(",", ".");
}

/** Equal for versions that are the same, such as 1.0 and 1.0.0. */
export function versionKey(version: string): string {
  return version.replace(/^((?:\d+!)?\d+(?:\.\d+)*?)(?:\.0+)+(?![.\d])/, "$1");
}

export const compareVersions = (a: string, b: string): number => compare(a, b);

/** Whether a Requires-Python takes this Python; one that nobody can read takes all, as for pip. */
export function takesPython(requires: string | undefined, python: string): boolean {
  if (!requires) return true;
  // Old ones say >=3.6.*, which has no meaning but one.
  const range = requires.replace(/([<>]=?\s*[\d.]+?)\.\*/g, "$1");
  return !validRange(range) || satisfies(python, range);
}
