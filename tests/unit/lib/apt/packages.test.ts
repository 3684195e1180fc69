import { packagesIn, wholeStanzas } from "../../../../lib/apt/packages";

const hash = "a".repeat(64);
const stanza = (name: string, more = "") =>
  `Package: ${name}\n${more}Description: Filename: not this\n SHA256: nor this\nFilename: pool/${name}.deb\nSize: 7\nSHA256: ${hash}\n`;
const read = (text: string) => [...packagesIn(Buffer.from(text), "Packages")];

test("path, size and digest of each", () => {
  expect(read(`${stanza("a")}\n${stanza("b", "Size-Of: 9\n")}\n\n`)).toEqual([
    { path: "pool/a.deb", size: 7, digest: `sha256:${hash}` },
    { path: "pool/b.deb", size: 7, digest: `sha256:${hash}` },
  ]);
  expect(read("")).toEqual([]);
});

test("a field that comes first, and names beyond ASCII", () => {
  const text = `Filename: pool/é.deb\nSize: 7\nSHA256: ${hash}`;
  expect(read(text)).toEqual([{ path: "pool/é.deb", size: 7, digest: `sha256:${hash}` }]);
});

test("no stanza is cut, wherever the bytes of an index come apart", async () => {
  const text = `${stanza("a")}\n${stanza("b")}\n\n${stanza("é")}`;
  const bytes = Buffer.from(text);
  for (let cut = 1; cut < 200; cut++) {
    async function* chunks() {
      for (let begin = 0; begin < bytes.length; begin += cut) yield bytes.subarray(begin, begin + cut);
    }
    const found = [];
    for await (const part of wholeStanzas(chunks())) found.push(...packagesIn(part, "Packages"));
    expect(found).toEqual(read(text));
  }
});

test.each([
  [`Package: a\nFilename: pool/a.deb\nSize: 7\n`, 'package "a" has no usable Filename, Size and SHA256'],
  [`Package: a\nFilename: pool/../../a.deb\nSize: 7\nSHA256: ${hash}\n`, "no path below the archive"],
  [`Package: a\nFilename: pool/a.deb\nSize: -7\nSHA256: ${hash}\n`, "no usable"],
])("refused: %j", (broken, why) => {
  expect(() => read(broken)).toThrow(why);
});

test("60,000 packages are read in well under a second", () => {
  const index = Array.from({ length: 60_000 }, (_, n) => stanza(`package-${n}`, `Depends: ${"x".repeat(400)}\n`)).join(
    "\n",
  );
  const start = performance.now();
  expect(read(index)).toHaveLength(60_000);
  expect(performance.now() - start).toBeLessThan(3000);
});
