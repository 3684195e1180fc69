import { indexesOf } from "../../../../lib/apt/indexes";
import { parseRelease } from "../../../../lib/apt/release";

const hash = "a".repeat(64);
const text = (more = "", sums = ` ${hash} 12 main/binary-amd64/Packages.xz`) =>
  `Origin: Debian\nSuite: stable\nCodename: trixie\nDate: Sat, 06 Sep 2025 10:00:00 UTC\n${more}` +
  `Architectures: all amd64 s390x\nComponents: main contrib\nMD5Sum:\n ${"b".repeat(32)} 12 other\nSHA256:\n${sums}\n`;

test("what a suite says of itself", () => {
  expect(parseRelease(text("Valid-Until: Sat, 13 Sep 2025 10:00:00 UTC\nAcquire-By-Hash: yes\n"), "InRelease")).toEqual(
    {
      ...{ origin: "Debian", label: "", suite: "stable", codename: "trixie" },
      ...{ date: new Date("2025-09-06T10:00:00Z"), validUntil: new Date("2025-09-13T10:00:00Z") },
      ...{ architectures: ["all", "amd64", "s390x"], components: ["main", "contrib"], acquireByHash: true },
      indexForAll: true,
      files: new Map([["main/binary-amd64/Packages.xz", { digest: `sha256:${hash}`, size: 12 }]]),
    },
  );
});

test("an index of packages for all architectures that no client asks for is left alone", () => {
  const sums = ["amd64", "all"].map((each) => ` ${hash} 12 main/binary-${each}/Packages.xz`).join("\n");
  const source = {
    uri: "http://archive",
    suite: "trixie",
    components: ["main"],
    architectures: ["amd64"],
    sources: false,
  };
  const asked = (more: string) =>
    indexesOf({ ...source, trust: { keyrings: [] } }, parseRelease(text(more, sums), "InRelease"), "trixie").map(
      ({ path }) => path,
    );
  expect(asked("")).toEqual(["main/binary-amd64/Packages.xz", "main/binary-all/Packages.xz"]);
  expect(asked("No-Support-for-Architecture-all: Packages\n")).toEqual(["main/binary-amd64/Packages.xz"]);
});

test.each([
  ["", "InRelease is empty"],
  ["Origin: x\n", "InRelease has no Date"],
  ["Date: yesterday\n", 'a Date that is no date: "yesterday"'],
  ["Date: Sat, 06 Sep 2025 10:00:00 UTC\n", "has no SHA256 sums"],
  [text("", ` ${hash} 12 ../../etc/passwd`), 'names "../../etc/passwd", which is no path below the archive'],
  [text("", ` ${hash} 12 /etc/passwd`), "no path below the archive"],
  [text("", ` ${hash.slice(1)} 12 main/x`), "a line of SHA256 sums that cannot be read"],
  [text("", ` ${hash} many main/x`), "a line of SHA256 sums that cannot be read"],
])("refused: %j", (broken, why) => {
  expect(() => parseRelease(broken, "InRelease")).toThrow(why);
});
