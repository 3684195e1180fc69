import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ContentStore } from "../content/store";
import type { SourceFile } from "./manifest";

/** A collection of Ansible's, as its archive describes it. */
export interface Collection {
  namespace: string;
  name: string;
  version: string;
  /** Ranges of versions, by the full names of collections. */
  dependencies: Record<string, string>;
  file: SourceFile;
}

const WORD = /^[a-z_][a-z0-9_]*$/;
const VERSION = /^\d+\.\d+\.\d+[\w.+-]*$/;

/** Reads what a collection is from its archive. */
export async function readCollection(store: ContentStore, file: SourceFile): Promise<Collection> {
  const argv = ["-xzOf", store.path(file.digest), "MANIFEST.json"];
  const { stdout } = await promisify(execFile)("tar", argv, { maxBuffer: 16 << 20 }).catch((error: Error) => {
    throw new Error(`${file.url} is not the archive of a collection: ${error.message}`, { cause: error });
  });
  const info = (JSON.parse(stdout) as { collection_info?: Partial<Omit<Collection, "file">> }).collection_info ?? {};
  const { namespace = "", name = "", version = "", dependencies } = info;
  // They become parts of paths.
  if (!WORD.test(namespace) || !WORD.test(name) || !VERSION.test(version))
    throw new Error(`${file.url} calls itself ${namespace}.${name} ${version}, which names no collection`);
  const path = `collections/${namespace}-${name}-${version}.tar.gz`;
  return { namespace, name, version, dependencies: dependencies ?? {}, file: { ...file, path } };
}

export const fullName = ({ namespace, name }: Collection): string => `${namespace}.${name}`;
