import { crc32, deflateRawSync } from "node:zlib";

/** A zip file of these members; text is packed, bytes stand as they are. */
export function zipOf(members: Readonly<Record<string, Buffer | string>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const bytes = Buffer.from(content);
    const stored = Buffer.isBuffer(content);
    const packed = stored ? content : deflateRawSync(bytes);
    // Method, time, date (1980-01-01), checksum, sizes, length of the name: the same in both headers.
    const common = Buffer.alloc(22);
    common.writeUInt16LE(stored ? 0 : 8, 0);
    common.writeUInt16LE(0x21, 4);
    common.writeUInt32LE(crc32(bytes), 6);
    common.writeUInt32LE(packed.length, 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt16LE(Buffer.byteLength(name), 18);
    const local = Buffer.concat([hex("504b0304 1400 0000"), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(0o100644 * 65_536, 6);
    tail.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([hex("504b0102 1403 1400 0000"), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(14);
  end.writeUInt16LE(entries.length, 0);
  end.writeUInt16LE(entries.length, 2);
  end.writeUInt32LE(directory.length, 4);
  end.writeUInt32LE(offset, 8);
  return Buffer.concat([...locals, directory, hex("504b0506 0000 0000"), end]);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
