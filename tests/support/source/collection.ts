import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { writeTar } from "../../../lib/oci/tar-writer";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The archive of a collection as `ansible-galaxy collection build` makes it, of one file. */
export function collectionArchive(
  name: string,
  { version = "1.0.0", dependencies = {} }: { version?: string; dependencies?: Record<string, string> } = {},
): Buffer {
  const readme = `${name} ${version}\n`;
  const entry = (path: string, text: string) => ({
    ...{ name: path, ftype: "file", chksum_type: "sha256", chksum_sha256: sha256(text), format: 1 },
  });
  const files = JSON.stringify({
    files: [{ name: ".", ftype: "dir", format: 1 }, entry("README.md", readme)],
    format: 1,
  });
  const [namespace, bare] = name.split(".");
  const info = { namespace, name: bare, version, dependencies, authors: ["a test"], readme: "README.md", tags: [] };
  const manifest = { collection_info: info, file_manifest_file: entry("FILES.json", files), format: 1 };
  const contents = { "FILES.json": files, "MANIFEST.json": JSON.stringify(manifest), "README.md": readme };
  return gzipSync(writeTar(Object.entries(contents).map(([path, content]) => ({ path, content }))));
}
