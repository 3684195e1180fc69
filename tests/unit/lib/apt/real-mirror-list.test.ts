import { readFileSync } from "node:fs";
import { join } from "node:path";
import { indexesOf } from "../../../../lib/apt/indexes";
import { type ListedSuite, parseMirrorList, suitesOf } from "../../../../lib/apt/mirror-list";
import { parseRelease } from "../../../../lib/apt/release";
import { onDocument } from "../../../support/site-documents";

/** A Release that offers more than anybody asked for: other architectures, components and languages. */
const offer = ({ components }: ListedSuite) => {
  const offered = [...components, "proposed"].flatMap((component) => [
    ...["amd64", "arm64", "i386", "s390x"].map((each) => `${component}/binary-${each}/Packages`),
    ...["en", "de"].map((each) => `${component}/i18n/Translation-${each}`),
    `${component}/source/Sources`,
  ]);
  const files = offered.flatMap((path) => [".gz", ".xz"].map((end) => ` ${"a".repeat(64)} 7 ${path}${end}`));
  const head = ["Date: Thu, 21 Apr 2016 23:23:46 UTC", `Components: ${[...components, "proposed"].join(" ")}`];
  return parseRelease(
    [...head, "Architectures: amd64 arm64 i386 s390x", "SHA256:", ...files, ""].join("\n"),
    "Release",
  );
};

/** By the archive and the suite: every index that will be asked for, without the endings of its packed forms. */
function asked(suites: readonly ListedSuite[]): Record<string, string[]> {
  return Object.fromEntries(
    suites.map((suite) => {
      const source = { ...suite, trust: { keyrings: [] } };
      const paths = indexesOf(source, offer(suite), suite.suite).map(({ path }) => path.replace(/\.(gz|xz)$/, ""));
      return [`${suite.uri} ${suite.suite}`, [...new Set(paths)]];
    }),
  );
}

onDocument(
  "linuxone/mirror.list",
  "the mirror.list of the LinuxONE site, planned as far as it goes without the archives: lines, suites, and the indexes to ask for; packages are counted by the archives alone",
  (text) => {
    const list = parseMirrorList(text, "mirror.list");
    const { lines, clean, settings } = list;
    const suites = suitesOf(list);
    const indexes = asked(suites);
    const counts = {
      ...{ lines: lines.length, clean: clean.length, settings: Object.keys(settings).length, suites: suites.length },
      indexes: Object.values(indexes).flat().length,
    };
    const golden = readFileSync(join(__dirname, "real-mirror-list.golden.json"), "utf8");
    expect({ counts, indexes }).toEqual(JSON.parse(golden));
  },
);
