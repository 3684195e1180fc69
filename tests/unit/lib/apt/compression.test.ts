import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { unpacked } from "../../../../lib/apt/compression";

const file = join(tmpdir(), `apt-packed-${process.pid}`);
afterEach(() => rmSync(file, { force: true }));

function unpack(bytes: Buffer, path: string): Promise<Buffer> {
  writeFileSync(file, bytes);
  return buffer(unpacked(file, path));
}

const index = Buffer.from("Package: a\n".repeat(10_000));
const packed = (program: string) => execFileSync(program, ["-c"], { input: index });

test.each([
  ["Packages.xz", "xz"],
  ["Packages.gz", "gzip"],
  ["Packages.zst", "zstd"],
  ["Packages", "cat"],
])("%s", async (path, program) => {
  const bytes = program === "cat" ? index : packed(program);
  expect((await unpack(bytes, path)).equals(index)).toBe(true);
});

test.each(["Packages.xz", "Packages.gz", "Packages.zst"])("a truncated %s is refused", async (path) => {
  const program = { xz: "xz", gz: "gzip", zst: "zstd" }[path.split(".")[1] ?? ""] ?? "";
  const whole = packed(program);
  await expect(unpack(whole.subarray(0, whole.length - 20), path)).rejects.toThrow(`${path} cannot be unpacked`);
  await expect(unpack(Buffer.from("no archive"), path)).rejects.toThrow(`${path} cannot be unpacked`);
});

test.each(["Packages.xz", "Packages.gz"])("whoever reads no further of a %s leaves nothing open", async (path) => {
  const large = execFileSync(path.endsWith(".xz") ? "xz" : "gzip", ["-c"], { input: Buffer.alloc(20e6) });
  writeFileSync(file, large);
  for await (const chunk of unpacked(file, path)) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
});
