import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noteSigner } from "../../../../lib/apt/key-users";
import { verifyInline } from "../../../../lib/apt/signature";
import { bringKey, clearsign, observeKey, removeKey, type SiteKey } from "../../../../lib/apt/site-key";
import { mirrorShelf } from "../../../../lib/apt/summary";
import { writeRecord } from "../../../../lib/content/record";

let root: string;
let home: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "site-key-"));
  home = join(root, "keys/site");
});
afterEach(async () => {
  rmSync(root, { recursive: true });
});

const privateKeys = () => readdirSync(join(home, "private-keys-v1.d"));
const verified = (signed: Buffer, { publicKey }: SiteKey) => {
  writeFileSync(join(root, "key.asc"), publicKey);
  return verifyInline(signed, { keyrings: [join(root, "key.asc")] }, "InRelease");
};
const later = new Date(Date.now() + 60_000);

test("a key is made once, its private half for its owner alone; what it signs is the same each time", async () => {
  expect(await observeKey(home)).toBeUndefined();
  const key = await bringKey(home, "site", 1, 1);
  expect(key).toMatchObject({ generation: 1, fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/) });
  expect(await bringKey(home, "site", 1, 1)).toEqual(key);
  expect(await observeKey(home)).toEqual(key);
  expect(statSync(home).mode & 0o777).toBe(0o700);
  expect(privateKeys()).toHaveLength(1);
  expect(statSync(join(home, "private-keys-v1.d", privateKeys()[0] as string)).mode & 0o777).toBe(0o600);
  expect(key.publicKey).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----/);

  const signed = await clearsign(home, key.fingerprint, "Suite: site\n", later);
  expect(await verified(signed, key)).toBe("Suite: site\n");
  expect(await clearsign(home, key.fingerprint, "Suite: site\n", later)).toEqual(signed);
  // As of a time before the key was made: gpgv takes no signature that is older than its key.
  const old = await clearsign(home, key.fingerprint, "Suite: old\n", new Date(0));
  expect(await verified(old, key)).toBe("Suite: old\n");
});

test("mirrors that are signed at the same moment do not cut each other off, and leave nothing behind", async () => {
  const key = await bringKey(home, "site", 1, 1);
  const before = readdirSync(home);
  const texts = Array.from({ length: 6 }, (_, n) => `Suite: site-${n}\n`);
  const signed = await Promise.all(texts.map((text) => clearsign(home, key.fingerprint, text, later)));
  expect(await Promise.all(signed.map((each) => verified(each, key)))).toEqual(texts);
  expect(readdirSync(home)).toEqual(before);
});

test("another generation signs with a new key; the one before is known to clients as long as it is kept", async () => {
  const first = await bringKey(home, "site", 1, 1);
  const signed = await clearsign(home, first.fingerprint, "Suite: site\n", later);
  const second = await bringKey(home, "site", 2, 1);
  expect(second.fingerprint).not.toBe(first.fingerprint);
  expect(privateKeys()).toHaveLength(1);
  expect(await verified(signed, second)).toBe("Suite: site\n");
  await expect(clearsign(home, first.fingerprint, "x", later)).rejects.toThrow(/no key .* to sign with/);
  await expect(bringKey(home, "site", 1, 1)).rejects.toThrow(/an earlier key does not come back/);
  const alone = await bringKey(home, "site", 2, 0);
  expect(alone.fingerprint).toBe(second.fingerprint);
  await expect(verified(signed, alone)).rejects.toThrow(/which no keyring holds/);
});

test("a private key that is lost is seen, and replaced", async () => {
  const key = await bringKey(home, "site", 1, 1);
  rmSync(join(home, "private-keys-v1.d", privateKeys()[0] as string));
  expect(await observeKey(home)).toMatchObject({ generation: 0 });
  const made = await bringKey(home, "site", 1, 1);
  expect(made.generation).toBe(1);
  expect(made.fingerprint).not.toBe(key.fingerprint);
});

test("a key that a mirror signs with stays", async () => {
  const { fingerprint } = await bringKey(home, "site", 1, 1);
  await noteSigner(home, { store: root, name: "debian" });
  const summary = { manifest: `sha256:${"0".repeat(64)}` as const, earlier: [], suites: [] };
  await writeRecord(mirrorShelf.file(root, "debian"), { ...summary, signWith: { home, fingerprint } }, "note");
  await expect(removeKey(home)).rejects.toThrow(`${home} still signs mirror debian in ${root}. Try:`);
  await writeRecord(mirrorShelf.file(root, "debian"), summary, "note");
  await removeKey(home);
  await removeKey(home);
  expect(readdirSync(join(home, ".."))).toEqual([]);
});
