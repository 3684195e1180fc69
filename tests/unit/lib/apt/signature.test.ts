import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyDetached, verifyInline } from "../../../../lib/apt/signature";

let home: string;
const gpg = (args: string[], input = "") =>
  execFileSync("gpg", ["--homedir", home, "--batch", "--quiet", "--yes", "--pinentry-mode", "loopback", ...args], {
    input,
  });
const text = "Origin: Test\nDate: Sat, 06 Sep 2025 10:00:00 UTC\n";
let fingerprint: string;
let ring: string;
let armored: string;
let other: string;
let signed: Buffer;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "signature-"));
  for (const name of ["archive", "other"])
    gpg(["--passphrase", "", "--quick-gen-key", name, "ed25519", "sign", "never"]);
  const listed = gpg(["--with-colons", "--list-keys", "archive"]).toString();
  fingerprint = /^fpr:+(\w+):/m.exec(listed)?.[1] ?? "";
  const keep = (name: string, args: string[]) => {
    writeFileSync(join(home, name), gpg(args));
    return join(home, name);
  };
  ring = keep("archive.gpg", ["--export", "archive"]);
  armored = keep("archive.asc", ["--armor", "--export", "archive"]);
  other = keep("other.gpg", ["--export", "other"]);
  signed = gpg(["--local-user", "archive", "--clearsign"], text);
});
afterAll(() => rmSync(home, { recursive: true }));

test.each(["binary", "armored"])("what a trusted key signed, with a %s keyring", async (kind) => {
  const keyrings = [kind === "binary" ? ring : armored];
  expect(await verifyInline(signed, { keyrings }, "InRelease")).toBe(text);
  expect(await verifyInline(signed, { keyrings: [other, ...keyrings], fingerprints: [fingerprint] }, "x")).toBe(text);
  const signature = gpg(["--local-user", "archive", "--detach-sign"], text);
  expect(await verifyDetached(Buffer.from(text), signature, { keyrings }, "Release")).toBe(text);
});

test("only the signed part is handed on", async () => {
  const wrapped = Buffer.concat([Buffer.from("Origin: Evil\n\n"), signed, Buffer.from("\nOrigin: Evil\n")]);
  const told = await verifyInline(wrapped, { keyrings: [ring] }, "InRelease").catch(() => text);
  expect(told).toBe(text);
});

test("another key, no keyring, another pin, a changed byte: each is refused and says why", async () => {
  const refused = (keyrings: string[], bytes = signed, fingerprints?: string[]) =>
    expect(verifyInline(bytes, { keyrings, ...(fingerprints && { fingerprints }) }, "InRelease")).rejects;
  await refused([other]).toThrow(/^InRelease: signed by \w+, which no keyring holds\. Try: a keyring/);
  await refused([]).toThrow(/asked were none/);
  await refused([ring], signed, ["B".repeat(40)]).toThrow(`signed by ${fingerprint}, pinned is ${"B".repeat(40)}`);
  const changed = Buffer.from(signed.toString().replace("Origin: Test", "Origin: Rest"));
  await refused([ring], changed).toThrow(/bad signature: .*BAD signature/);
  await refused([ring], Buffer.from(text)).toThrow(/bad signature/);
  await expect(
    verifyDetached(Buffer.from(`${text}x`), gpg(["--detach-sign"], text), { keyrings: [ring] }, "R"),
  ).rejects.toThrow();
});

test("a key that has expired since is refused", async () => {
  gpg([
    "--faked-system-time",
    "20200101T000000!",
    "--passphrase",
    "",
    "--quick-gen-key",
    "old",
    "ed25519",
    "sign",
    "1d",
  ]);
  const stale = gpg(["--faked-system-time", "20200101T010000!", "--local-user", "old", "--clearsign"], text);
  const keyring = join(home, "old.gpg");
  writeFileSync(keyring, gpg(["--export", "old"]));
  await expect(verifyInline(stale, { keyrings: [keyring] }, "InRelease")).rejects.toThrow(/expired or was revoked/);
});
