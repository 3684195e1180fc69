import { utils } from "ssh2";
import type { Host } from "../host/host";

export interface KeyPair {
  /** Path of the private key, mode 0600; the public key stands beside it with .pub. */
  file: string;
  privateKey: string;
  /** "ssh-ed25519 AAAA…", without a comment. */
  publicKey: string;
}

/** An ed25519 key pair in a directory on this machine; the one that is there stays. */
export async function ensureKeyPair(local: Host, directory: string, name: string): Promise<KeyPair> {
  const file = `${directory}/${name}`;
  const standing = await local.readFile(file);
  const privateKey = standing?.toString() ?? newPrivateKey();
  const publicKey = publicKeyOf(privateKey, file);
  if (!standing) await local.writeFile(file, privateKey, { mode: "0600" });
  const text = `${publicKey}\n`;
  if ((await local.readFile(`${file}.pub`))?.toString() !== text)
    await local.writeFile(`${file}.pub`, text, { mode: "0644" });
  return { file, privateKey, publicKey };
}

/** One in two hundred of ssh2's keys is written a byte short, and nobody can read it. */
export function newPrivateKey(): string {
  for (;;) {
    const { private: key } = utils.generateKeyPairSync("ed25519");
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}

export function publicKeyOf(privateKey: string, file: string): string {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) throw new Error(`key ${file}: ${key.message}. Try: remove the file, and a new key is made`);
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}
