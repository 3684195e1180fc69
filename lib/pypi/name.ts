/** PEP 503: the one form under which all spellings of a name are the same project. */
export function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** PEP 508; also what keeps a name from leading out of its directory. */
export function isName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(text);
}

/** What is wrong with a list, an index or a file of it, in words for the one who runs the site. */
export class IndexError extends Error {
  override readonly name = "IndexError";
}
