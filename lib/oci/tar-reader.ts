import { type FileHandle, open } from "node:fs/promises";

/** Where a file's bytes lie in the archive. */
export interface TarEntry {
  offset: number;
  size: number;
}

const BLOCK = 512;
/** Long names and pax headers; anything larger is no archive of an image. */
const LARGEST_HEADER = 1024 * 1024;

/** Indexes the files of an uncompressed tar archive (ustar, pax, GNU) by name, reading headers only. */
export async function indexTar(path: string): Promise<Map<string, TarEntry>> {
  const file = await open(path);
  try {
    return await readHeaders(file, path);
  } finally {
    await file.close();
  }
}

async function readHeaders(file: FileHandle, path: string): Promise<Map<string, TarEntry>> {
  const entries = new Map<string, TarEntry>();
  const links: [string, string][] = [];
  let extra: { path?: string; linkpath?: string; size?: string } = {};
  for (let offset = 0; ; ) {
    const header = await bytesAt(file, offset, BLOCK);
    if (header.length < BLOCK || header[0] === 0) break;
    checkSum(header, path, offset);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = Number(extra.size ?? number(header, 124, 12));
    const entry = { offset: offset + BLOCK, size };
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "x") extra = { ...extra, ...pax(await bytesAt(file, entry.offset, size)) };
    else if (type === "L") extra = { ...extra, path: text(await bytesAt(file, entry.offset, size), 0, size) };
    else if (type === "K") extra = { ...extra, linkpath: text(await bytesAt(file, entry.offset, size), 0, size) };
    else if (type !== "g") {
      const name = normal(extra.path ?? nameIn(header));
      const target = extra.linkpath ?? text(header, 157, 100);
      if (type === "0" || type === "\0" || type === "7") entries.set(name, entry);
      if (type === "1") links.push([name, normal(target)]);
      if (type === "2") links.push([name, normal(`${name}/../${target}`)]);
      extra = {};
    }
  }
  // Docker saves a layer that several images share once, and links to it.
  for (const [name, target] of links) {
    const entry = entries.get(target);
    if (entry) entries.set(name, entry);
  }
  return entries;
}

async function bytesAt(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  if (size > LARGEST_HEADER) throw new Error(`a tar header at ${offset} is longer than ${LARGEST_HEADER} bytes`);
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, offset);
  return buffer.subarray(0, bytesRead);
}

function checkSum(header: Buffer, path: string, offset: number): void {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 32 : byte;
  if (sum !== number(header, 148, 8)) throw new Error(`${path} is no tar archive, or damaged, at byte ${offset}`);
}

function nameIn(header: Buffer): string {
  const prefix = text(header, 257, 6) === "ustar" ? text(header, 345, 155) : "";
  return prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100);
}

function text(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString("utf8", start, end < 0 ? start + length : Math.min(end, start + length));
}

/** Octal, or base 256 for files over 8 GiB. */
function number(bytes: Buffer, start: number, length: number): number {
  if ((bytes[start] ?? 0) & 0x80) return Number(bytes.readBigUInt64BE(start + length - 8));
  return Number.parseInt(text(bytes, start, length).trim() || "0", 8);
}

/** Records of `<length> <key>=<value>\n`. */
function pax(bytes: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 10), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^[0-9]+ ([^=]+)=([\s\S]*)\n$/.exec(bytes.toString("utf8", at, at + length)) ?? [];
    if (key !== undefined && value !== undefined) records[key] = value;
    at += length;
  }
  return records;
}

/** Removes `./`, and resolves `..` as the links inside an archive use it. */
function normal(name: string): string {
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}
