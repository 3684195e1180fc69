import { ENDINGS } from "./compression";
import { ArchiveError, type IndexFile, type Release } from "./release";
import type { SuiteSource } from "./suite";

export interface Index extends IndexFile {
  /** Below the suite. */
  path: string;
  /** Read for what it names: one of each Packages and Sources; its other forms are only handed on. */
  read: boolean;
}

/**
 * The indexes of a suite that clients of these architectures ask for: packages, sources and English descriptions, in
 * every packed form the archive has, since each client picks its own.
 */
export function indexesOf(source: SuiteSource, release: Release, name: string): Index[] {
  const flat = source.suite.endsWith("/");
  const groups = flat ? [{ stem: "Packages", must: true }] : stems(source, release);
  if (source.sources)
    groups.push(
      ...(flat ? [""] : source.components.map((each) => `${each}/source/`)).map((at) => ({
        stem: `${at}Sources`,
        must: true,
      })),
    );
  const missing = groups.filter(({ stem, must }) => must && forms(stem, release).length === 0);
  if (missing.length > 0) {
    const told = missing.map(({ stem }) => stem).join(", ");
    const offer = `it has ${release.components.join(" ")} for ${release.architectures.join(" ")}`;
    throw new ArchiveError(`${name} has no ${told}; ${offer}. Try: components and architectures it has`);
  }
  return groups.flatMap(({ stem, must }) =>
    forms(stem, release).map((form, index) => ({ ...form, read: must && index === 0 })),
  );
}

function stems({ components, architectures }: SuiteSource, release: Release): { stem: string; must: boolean }[] {
  return components.flatMap((component) => [
    ...architectures.map((each) => ({ stem: `${component}/binary-${each}/Packages`, must: true })),
    ...(release.indexForAll && forms(`${component}/binary-all/Packages`, release).length > 0
      ? [{ stem: `${component}/binary-all/Packages`, must: true }]
      : []),
    { stem: `${component}/i18n/Translation-en`, must: false },
  ]);
}

/** Its packed forms, best first. What is not packed is named in Release files, and seldom there to be fetched. */
function forms(stem: string, release: Release): { path: string; digest: IndexFile["digest"]; size: number }[] {
  const packed = [...ENDINGS.filter((ending) => ending !== ""), ".bz2"];
  const found = packed.flatMap((ending) => {
    const file = release.files.get(`${stem}${ending}`);
    return file ? [{ path: `${stem}${ending}`, ...file }] : [];
  });
  const plain = release.files.get(stem);
  return found.length > 0 || !plain ? found : [{ path: stem, ...plain }];
}
