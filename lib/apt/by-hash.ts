import { dirname } from "node:path";
import type { ArchiveFile } from "./manifest";

/** Where an index stands under its own hash, beside where it stands by name. */
export function byHashPath({ path, digest }: Pick<ArchiveFile, "path" | "digest">): string {
  return `${dirname(path)}/by-hash/SHA256/${digest.slice("sha256:".length)}`;
}
