import { type Digest, isDigest } from "../content/digest";
import { stanzas } from "./deb822";

export interface IndexFile {
  size: number;
  digest: Digest;
}

/** What a suite's Release file says: which indexes belong together, and how long they are good for. */
export interface Release {
  origin: string;
  label: string;
  suite: string;
  codename: string;
  date: Date;
  validUntil?: Date;
  architectures: string[];
  components: string[];
  /** Whether clients read packages for all architectures from an index of their own, beside that of their architecture. */
  indexForAll: boolean;
  /** Whether each index can also be fetched under its own hash, so that a change in between is harmless. */
  acquireByHash: boolean;
  /** By path below the suite. */
  files: Map<string, IndexFile>;
}

/** What is wrong with an archive's metadata itself, not with the way to it. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

/** Reads the text that was signed; `source` names it in errors. */
export function parseRelease(text: string, source: string): Release {
  const [fields] = stanzas(text);
  if (!fields) throw new ArchiveError(`${source} is empty`);
  const date = dateOf(fields.get("Date"), "Date", source);
  if (!date) throw new ArchiveError(`${source} has no Date`);
  const validUntil = dateOf(fields.get("Valid-Until"), "Valid-Until", source);
  const words = (name: string) => fields.get(name)?.split(/\s+/).filter(Boolean) ?? [];
  return {
    origin: fields.get("Origin") ?? "",
    label: fields.get("Label") ?? "",
    suite: fields.get("Suite") ?? "",
    codename: fields.get("Codename") ?? "",
    date,
    ...(validUntil === undefined ? {} : { validUntil }),
    architectures: words("Architectures"),
    components: words("Components"),
    indexForAll: words("Architectures").includes("all") && fields.get("No-Support-for-Architecture-all") !== "Packages",
    acquireByHash: fields.get("Acquire-By-Hash") === "yes",
    files: filesIn(fields.get("SHA256"), source),
  };
}

function filesIn(block: string | undefined, source: string): Map<string, IndexFile> {
  if (block === undefined) throw new ArchiveError(`${source} has no SHA256 sums: what it names cannot be verified`);
  const files = new Map<string, IndexFile>();
  for (const line of block.split("\n")) {
    const [hash = "", size = "", path = "", ...more] = line.trim().split(/\s+/);
    if (hash === "") continue;
    const digest = `sha256:${hash.toLowerCase()}`;
    if (!isDigest(digest) || !/^\d+$/.test(size) || path === "" || more.length > 0) {
      throw new ArchiveError(`${source} has a line of SHA256 sums that cannot be read: "${line.trim().slice(0, 120)}"`);
    }
    assertRelative(path, source);
    files.set(path, { digest, size: Number(size) });
  }
  return files;
}

function dateOf(text: string | undefined, field: string, source: string): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new ArchiveError(`${source} has a ${field} that is no date: "${text}"`);
  return date;
}

/** What an archive names stays below its root: no metadata leads a mirror, or its client, elsewhere. */
export function assertRelative(path: string, source: string): void {
  const parts = path.split("/");
  const bad = path.startsWith("/") || /[\0\n]/.test(path) || parts.some((part) => part === ".." || part === "");
  if (bad) throw new ArchiveError(`${source} names "${path.slice(0, 200)}", which is no path below the archive`);
}
