import { posix } from "node:path";
import { type Digest, isDigest } from "../content/digest";
import { ArchiveError, assertRelative } from "./release";

const BLANK = Buffer.from("\n\n");

/** A file in the archive's pool, as an index names it. */
export interface PoolFile {
  path: string;
  size: number;
  digest: Digest;
}

/**
 * The packages an index, or a part of one, names: an index of 60,000 is read in a tenth of a second because each
 * stanza is searched for three fields and never taken apart.
 */
export function* packagesIn(index: Buffer, source: string): Generator<PoolFile> {
  for (const stanza of stanzasOf(index)) yield poolFile(stanza, source);
}

/** The files of the source packages an index names. */
export function* sourcesIn(index: Buffer, source: string): Generator<PoolFile> {
  for (const stanza of stanzasOf(index)) {
    const directory = field(stanza, "Directory");
    const sums = /(?:^|\n)Checksums-Sha256:\s*\n((?: .*(?:\n|$))+)/.exec(stanza)?.[1]?.trim();
    if (!directory || !sums) {
      throw new ArchiveError(`${source}: source "${field(stanza, "Package")}" has no Directory and Checksums-Sha256`);
    }
    for (const line of sums.split("\n")) {
      const [hash, size, name] = line.trim().split(/\s+/);
      yield poolFile(`Filename: ${directory}/${name}\nSize: ${size}\nSHA256: ${hash}`, source);
    }
  }
}

/** An index in parts that cut no stanza: one of 50 MB need not stand in memory. */
export async function* wholeStanzas(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(BLANK) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    rest = bytes.subarray(end);
  }
  yield rest;
}

/** Packages of an index whose files are wanted, each as the archive says it. */
export function selectPackages(index: Buffer, source: string, wanted: ReadonlySet<string>): SelectedPackage[] {
  const chosen: SelectedPackage[] = [];
  for (const stanza of stanzasOf(index)) {
    const file = poolFile(stanza, source);
    if (wanted.has(posix.normalize(file.path))) chosen.push({ file, stanza });
  }
  return chosen;
}

export interface SelectedPackage {
  file: PoolFile;
  /** In bytes as they are: one character each. */
  stanza: string;
}

function* stanzasOf(index: Buffer): Generator<string> {
  for (let start = 0; start < index.length; ) {
    const blank = index.indexOf(BLANK, start);
    const end = blank < 0 ? index.length : blank;
    // Not cut from one text of the whole, which would stand in memory beside the index.
    const stanza = index.toString("latin1", start, end);
    if (stanza.trim() !== "") yield stanza;
    start = end + 2;
  }
}

function poolFile(stanza: string, source: string): PoolFile {
  const path = field(stanza, "Filename");
  const size = field(stanza, "Size");
  const digest = `sha256:${field(stanza, "SHA256")}`;
  if (!path || !size || !/^\d+$/.test(size) || !isDigest(digest)) {
    const name = field(stanza, "Package") ?? stanza.slice(0, 60);
    throw new ArchiveError(`${source}: package "${name}" has no usable Filename, Size and SHA256`);
  }
  assertRelative(path, source);
  return { path: Buffer.from(path, "latin1").toString(), size: Number(size), digest };
}

function field(stanza: string, name: string): string | undefined {
  const head = `${name}: `;
  const at = stanza.startsWith(head) ? 0 : stanza.indexOf(`\n${head}`) + 1;
  if (at === 0 && !stanza.startsWith(head)) return undefined;
  const end = stanza.indexOf("\n", at);
  return stanza.slice(at + head.length, end < 0 ? undefined : end).trim();
}
