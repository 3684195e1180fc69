import { copyFile, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { effect } from "../effect";
import { gpg, stopAgent } from "./gpg";
import { signersWith } from "./key-users";
import { ArchiveError } from "./release";

export interface SiteKey {
  /** Zero where no key of ours can sign: none was made, or its private half is gone. */
  generation: number;
  fingerprint: string;
  /** Of this generation and of earlier ones that clients still know. */
  publicKey: string;
}

interface Entry {
  fingerprint: string;
  generation: number;
  /** Seconds. */
  created: number;
  /** Whether its private half stands there. */
  signs: boolean;
  keyFile: string;
}

/** The key in a home, as gpg keeps it; undefined where there is none. Writes nothing. */
export async function observeKey(home: string): Promise<SiteKey | undefined> {
  const keys = await keysIn(home);
  const [newest] = keys;
  if (!newest) return undefined;
  const exported = await gpg(home, ["--armor", "--export-options", "export-minimal", "--export"]);
  const generation = newest.signs ? newest.generation : 0;
  return { generation, fingerprint: newest.fingerprint, publicKey: exported.toString() };
}

/**
 * Lets a key of this generation sign. Private halves of earlier ones go at once; of their public halves as many stay as
 * clients may still need, for what was signed before. RSA, because apt of ten years ago knows nothing newer.
 */
export async function bringKey(home: string, name: string, generation: number, keep: number): Promise<SiteKey> {
  if (!(await exists(home))) await effect(`mkdir ${home}`, () => mkdir(home, { recursive: true, mode: 0o700 }));
  const [newest] = await keysIn(home);
  if (newest?.signs && newest.generation > generation) {
    const told = `generation ${newest.generation} of ${name} signs; an earlier key does not come back`;
    throw new ArchiveError(`${told}. Try: generation ${newest.generation} or a later one`);
  }
  if (newest && !newest.signs && newest.generation === generation) await dropKey(home, newest);
  if (!newest?.signs || newest.generation !== generation) {
    const user = `${name}, generation ${generation} (openstack-site)`;
    await effect(`make key ${name}`, () => gpg(home, ["--quick-gen-key", user, "rsa3072", "sign", "never"]));
  }
  const [current, ...earlier] = await keysIn(home);
  for (const key of earlier) if (key.signs) await effect("remove a private key", () => rm(key.keyFile));
  for (const key of earlier.slice(keep)) await dropKey(home, key);
  await stopAgent(home);
  const made = await observeKey(home);
  if (!current || !made) throw new Error(`no key in ${home} after it was made`);
  return made;
}

/** Takes the key away for good, unless a mirror still signs with it. */
export async function removeKey(home: string): Promise<void> {
  if (!(await exists(home))) return;
  const users = await signersWith(home);
  if (users.length > 0) {
    throw new ArchiveError(
      `${home} still signs ${users.join(", ")}. Try: let these mirrors sign with another key, or remove them first`,
    );
  }
  await stopAgent(home);
  await effect(`remove ${home}`, () => rm(home, { recursive: true }));
}

/** Signed as of a date: the same text gives the same bytes. No signature is older than its key, or gpgv refuses it. */
export async function clearsign(home: string, fingerprint: string, text: string, date: Date): Promise<Buffer> {
  const key = (await keysIn(home)).find((each) => each.fingerprint === fingerprint);
  if (!key?.signs)
    throw new ArchiveError(
      `${home} has no key ${fingerprint} to sign with. Try: the fingerprint its apt:SiteKey has now`,
    );
  const time = new Date(Math.max(date.getTime(), key.created * 1000)).toISOString().replace(/[-:]|\.\d+Z/g, "");
  const as = ["--local-user", fingerprint, "--digest-algo", "SHA512", "--faked-system-time", `${time}!`];
  return apart(home, (own) => gpg(own, [...as, "--clearsign"], text));
}

/** The same keys with an agent of its own: whoever signs at the same moment is not cut off when this one is stopped. */
async function apart<T>(home: string, work: (own: string) => Promise<T>): Promise<T> {
  const own = await mkdtemp(join(home, "sign-"));
  try {
    await symlink(join("..", "private-keys-v1.d"), join(own, "private-keys-v1.d"));
    await copyFile(join(home, "pubring.kbx"), join(own, "pubring.kbx"));
    return await work(own);
  } finally {
    await stopAgent(own);
    await rm(own, { recursive: true });
  }
}

async function dropKey(home: string, { fingerprint, keyFile }: Entry): Promise<void> {
  await effect("remove a public key", async () => {
    await rm(keyFile, { force: true });
    await gpg(home, ["--delete-keys", fingerprint]);
  });
}

/** The newest first. gpg's listing for programs: pub, fpr and grp lines, then a uid that says the generation. */
async function keysIn(home: string): Promise<Entry[]> {
  if (!(await exists(join(home, "pubring.kbx")))) return [];
  const listed = (await gpg(home, ["--with-colons", "--with-keygrip", "--list-keys"])).toString();
  const entries = listed.split(/^(?=pub:)/m).filter((each) => each.startsWith("pub:"));
  const keys = entries.map(async (entry): Promise<Entry> => {
    const field = (record: string, index: number) =>
      new RegExp(`^${record}:(.*)$`, "m").exec(entry)?.[1]?.split(":")[index - 2] ?? "";
    const keyFile = join(home, "private-keys-v1.d", `${field("grp", 10)}.key`);
    const generation = Number(/, generation (\d+) /.exec(field("uid", 10))?.[1] ?? 0);
    const created = Number(field("pub", 6));
    return { fingerprint: field("fpr", 10), generation, created, keyFile, signs: await exists(keyFile) };
  });
  return (await Promise.all(keys)).sort((a, b) => b.generation - a.generation || b.created - a.created);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
