import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArchiveError } from "./release";

/** Whom an archive's signature is believed. */
export interface Trust {
  /** Keyrings, binary or armored, as files of the machine that reads the archive. */
  keyrings: readonly string[];
  /** Where given, one of these keys must have signed; without spaces. */
  fingerprints?: readonly string[];
}

/**
 * The text of an InRelease that was signed by a trusted key. Only that text is handed on: what stands before or after
 * the signed part counts for nothing.
 */
export function verifyInline(inRelease: Buffer, trust: Trust, source: string): Promise<string> {
  return gpgv(trust, source, async (directory) => {
    await writeFile(join(directory, "signed"), inRelease);
    return ["--output", join(directory, "text"), join(directory, "signed")];
  });
}

/** The text of a Release whose signature stands beside it. */
export function verifyDetached(release: Buffer, signature: Buffer, trust: Trust, source: string): Promise<string> {
  return gpgv(trust, source, async (directory) => {
    await writeFile(join(directory, "signature"), signature);
    await writeFile(join(directory, "text"), release);
    return [join(directory, "signature"), join(directory, "text")];
  });
}

async function gpgv(trust: Trust, source: string, prepare: (directory: string) => Promise<string[]>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "openstack-site-signature-"));
  try {
    const rings = await Promise.all(trust.keyrings.map((path, index) => binary(path, join(directory, `${index}.gpg`))));
    const argv = ["--status-fd", "1", "--homedir", directory, ...rings.flatMap((ring) => ["--keyring", ring])];
    const { code, status, said } = await run([...argv, ...(await prepare(directory))]);
    assertTrusted(code, status, said, trust, source);
    return await readFile(join(directory, "text"), "utf8");
  } finally {
    await rm(directory, { recursive: true });
  }
}

function assertTrusted(code: number | null, status: string, said: string, trust: Trust, source: string): void {
  const refuse = (why: string, hint: string) => {
    throw new ArchiveError(`${source}: ${why}. Try: ${hint}`);
  };
  const { signers, expired } = signersIn(status);
  if (expired.length > 0 && signers.length === 0) {
    refuse(
      `signed by ${expired.join(", ")}, which has expired or was revoked`,
      "a newer keyring, or the suite by its digest",
    );
  }
  const unknown = [...status.matchAll(/^\[GNUPG:\] NO_PUBKEY (\w+)$/gm)].map(([, key]) => key);
  if (signers.length === 0 || (code !== 0 && unknown.length === 0)) {
    const why =
      unknown.length > 0 ? `signed by ${unknown.join(", ")}, which no keyring holds` : `bad signature: ${last(said)}`;
    refuse(why, `a keyring with the archive's key; asked were ${trust.keyrings.join(", ") || "none"}`);
  }
  const wanted = trust.fingerprints?.map((each) => each.replaceAll(/\s|^0x/g, "").toUpperCase());
  if (wanted && !signers.flat().some((key) => wanted.includes(key))) {
    const signing = signers.map(([key]) => key).join(", ");
    refuse(`signed by ${signing}, pinned is ${wanted.join(", ")}`, "pin the key that signs now, if you trust it");
  }
}

/** Keys with a good signature, each with the primary key it belongs to; and those no longer good for one. */
function signersIn(status: string): { signers: string[][]; expired: string[] } {
  const signers: string[][] = [];
  const expired: string[] = [];
  let verdict = "";
  for (const line of status.split("\n")) {
    const [, word = "", ...words] = line.split(" ");
    if (/^(GOOD|BAD|EXP|EXPKEY|REVKEY)SIG$/.test(word)) verdict = word;
    if (word !== "VALIDSIG") continue;
    if (verdict === "GOODSIG") signers.push([words[0] ?? "", words.at(-1) ?? ""]);
    else expired.push(words[0] ?? "");
  }
  return { signers, expired };
}

const last = (said: string): string =>
  said
    .trim()
    .split("\n")
    .at(-1)
    ?.replace(/^gpgv: /, "") ?? "gpgv says nothing";

/** gpgv reads binary keyrings only; most archives hand out armored ones. */
async function binary(path: string, target: string): Promise<string> {
  const bytes = await readFile(path);
  const armored =
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]+:[^\n]*\n)*\r?\n([\s\S]*?)(?:\n=[^\n]*)?\r?\n-----END/g;
  const blocks = [...bytes.toString("latin1").matchAll(armored)].map(([, body = ""]) => Buffer.from(body, "base64"));
  if (blocks.length === 0) return path;
  await writeFile(target, Buffer.concat(blocks));
  return target;
}

function run(argv: string[]): Promise<{ code: number | null; status: string; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("gpgv", argv, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
    let status = "";
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      status += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once("error", (error) => reject(new Error(`${error.message}. Try: apt-get install gpgv`)));
    child.once("close", (code) => resolve({ code, status, said }));
  });
}
