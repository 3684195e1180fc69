import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GitOptions, git } from "./git";

/** What pip is told of a tree whose own build would ask git for it, as pbr's does. */
export interface PythonPackage {
  name: string;
  version: string;
}

/** Packs a commit's tree below `prefix`: the same bytes each time, sorted, all of the commit's date. */
export async function packTree(
  repository: string,
  commit: string,
  { prefix, python, into }: { prefix: string; python: PythonPackage | undefined; into: string },
  options: GitOptions,
): Promise<void> {
  const argv = ["archive", "--format=tar.gz", "-o", into, `--prefix=${prefix}/`];
  if (python) {
    const metadata = join(repository, "PKG-INFO");
    await writeFile(metadata, `Metadata-Version: 2.1\nName: ${python.name}\nVersion: ${python.version}\n`);
    argv.push(`--add-file=${metadata}`);
  }
  await git(repository, [...argv, commit], options);
}
