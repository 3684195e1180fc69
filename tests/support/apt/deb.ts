import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A package that dpkg installs, of one file; and its control stanza. */
export function debOf(name: string, version: string, text: string): { control: string; deb: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), "package-"));
  const fields = [
    `Package: ${name}`,
    `Version: ${version}`,
    "Architecture: all",
    "Maintainer: Test <test@example.org>",
  ];
  const control = `${fields.join("\n")}\nDescription: one file\n`;
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  try {
    put("root/DEBIAN/control", control);
    put(`root/etc/${name}`, text);
    const options = { env: { ...process.env, SOURCE_DATE_EPOCH: "0" } };
    execFileSync("dpkg-deb", ["--root-owner-group", "-b", `${directory}/root`, `${directory}/it.deb`], options);
    return { control, deb: readFileSync(`${directory}/it.deb`) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
