import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

/** A member's place in a zip file. */
interface Member {
  name: string;
  method: number;
  packed: number;
  size: number;
  offset: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const TAIL = 65_557;

/** The first member whose name is accepted; undefined where there is none. Of a large file only the ends are read. */
export function readMember(path: string, accept: (name: string) => boolean, largest: number): Buffer | undefined {
  const file = openSync(path, "r");
  try {
    const member = membersOf(file).find(({ name }) => accept(name));
    if (!member) return undefined;
    if (member.size > largest) throw new Error(`${member.name} has ${member.size} bytes, more than ${largest}`);
    const header = read(file, member.offset, 30);
    const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = read(file, start, member.packed);
    if (member.method === 0) return packed;
    if (member.method === 8) return inflateRawSync(packed, { maxOutputLength: largest });
    throw new Error(`${member.name} is packed by method ${member.method}, which is not known here`);
  } finally {
    closeSync(file);
  }
}

function membersOf(file: number): Member[] {
  const { size } = fstatSync(file);
  const start = Math.max(0, size - TAIL);
  const tail = read(file, start, size - start);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error("it is no zip file");
  const length = tail.readUInt32LE(end + 12);
  const directory = read(file, tail.readUInt32LE(end + 16), length);
  const members: Member[] = [];
  for (let at = 0; at + 46 <= length && directory.readUInt32LE(at) === ENTRY; ) {
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    members.push({
      name: directory.toString("utf8", at + 46, nameEnd),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

function read(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readSync(file, bytes, 0, length, offset) < length) throw new Error("it ends before what it names");
  return bytes;
}
