/** The URL of a file below an archive's root, or below one of its suites. */
export function directoryUrl(uri: string, path: string): URL {
  return new URL(path.split("/").map(encodeURIComponent).join("/"), uri.replace(/\/*$/, "/"));
}
