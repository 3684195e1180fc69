import { isRepository } from "../oci/reference";

/**
 * The names in an IMAGELIST: one image a line, as kolla names it. Blank lines, comments, Windows line ends and names
 * said twice are harmless; what is no name is told, all of it at once.
 */
export function parseImageList(text: string, file: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const named = lines
    .map((line, index) => ({ name: line.replace(/(^|\s)#.*$/, "").trim(), line: index + 1 }))
    .filter(({ name }) => name !== "");
  const bad = named.filter(({ name }) => !isRepository(name));
  if (bad.length > 0) {
    const told = bad.map(({ name, line }) => `  - line ${line}: ${JSON.stringify(name.slice(0, 80))}`).join("\n");
    const want = "lower-case letters and digits, joined by single . _ - or /, for example ubuntu-binary-nova-compute";
    throw new Error(`${file} has lines that are no image name:\n${told}\nTry: one name a line of ${want}`);
  }
  return [...new Set(named.map(({ name }) => name))];
}
