import { mirrorsFor, sourceLines } from "../../../../lib/debian/apt-source";

const source = { uri: "http://mirror/debian", suites: ["trixie"], components: ["main"], trusted: false };

test("sources are lines of sources.list, one for each suite", () => {
  expect(sourceLines([{ ...source, suites: ["trixie", "trixie-updates"], components: ["main", "contrib"] }])).toEqual([
    "deb http://mirror/debian trixie main contrib",
    "deb http://mirror/debian trixie-updates main contrib",
  ]);
  expect(sourceLines([{ ...source, signedBy: "/keys/site.gpg", trusted: true }], ["target=none"])).toEqual([
    "deb [signed-by=/keys/site.gpg trusted=yes target=none] http://mirror/debian trixie main",
  ]);
});

test("a suite comes from the machine's own mirrors", () => {
  const targets = [
    "Other Debian http://other/debian/",
    "Debian Debian http://mirror/debian/",
    "Debian Debian http://mirror/debian/",
    "Debian Debian-Security http://mirror/security/",
  ].join("\n");
  expect(sourceLines(mirrorsFor(targets, "bookworm", "h1"))).toEqual([
    "deb http://mirror/debian/ bookworm main",
    "deb http://mirror/debian/ bookworm-updates main",
    "deb http://mirror/security/ bookworm-security main",
  ]);
  expect(() => mirrorsFor("", "bookworm", "h1")).toThrow(/no Debian mirror/);
});
