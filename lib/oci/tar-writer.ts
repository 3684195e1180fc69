/** A file, or a directory where it has no content, of an archive to be written. */
export interface TarFile {
  path: string;
  content?: Buffer | string;
  /** Octal, e.g. "0755". Default 0644 for files, 0755 for directories. */
  mode?: string;
}

const BLOCK = 512;

/** A ustar archive whose bytes depend on the files alone: sorted, owned by root, from 1970, parents included. */
export function writeTar(files: readonly TarFile[]): Buffer {
  const all = new Map<string, TarFile>();
  for (const file of files) {
    const path = file.path.replace(/^\/+|\/+$/g, "");
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
      const parent = path.slice(0, slash);
      if (!all.has(parent)) all.set(parent, { path: parent });
    }
    all.set(path, { ...file, path });
  }
  const sorted = [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return Buffer.concat([...sorted.flatMap(entry), Buffer.alloc(2 * BLOCK)]);
}

function entry(file: TarFile): Buffer[] {
  const content = Buffer.from(file.content ?? "");
  return [header(file, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}

function header({ path, content, mode }: TarFile, size: number): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const directory = content === undefined;
  const name = directory ? `${path}/` : path;
  if (Buffer.byteLength(name) > 100) throw new Error(`"${path}" is longer than the 100 bytes of a plain tar header`);
  const octal = (value: number, start: number, length: number) =>
    bytes.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start);
  bytes.write(name, 0);
  octal(Number.parseInt(mode ?? (directory ? "0755" : "0644"), 8), 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write("        ", 148);
  bytes.write(directory ? "5" : "0", 156);
  bytes.write("ustar\x0000", 257, "latin1");
  octal(
    bytes.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return bytes;
}
