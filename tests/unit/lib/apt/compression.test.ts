import { execFileSync } from "node:child_process";
import { unpack } from "../../../../lib/apt/compression";

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
