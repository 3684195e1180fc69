import { readFileSync } from "node:fs";
import { type ConnectConfig, type ServerHostKeyAlgorithm, utils } from "ssh2";
import type { Login } from "./connection";

/** How we log in, and by which key we know the host; another key it shows is told and refused. */
export function loginSettings(login: Login, onOtherKey: (key: Buffer) => void): ConnectConfig {
  const [type = "", known] = login.hostKey.split(" ");
  return {
    username: login.user,
    keepaliveInterval: 0,
    // Ask for the type of key we know: a server has several, and would offer another one first.
    algorithms: { serverHostKey: keyAlgorithms(type) },
    hostVerifier: (key: Buffer) => {
      const same = key.toString("base64") === known;
      if (!same) onOtherKey(key);
      return same;
    },
    ...authentication(login),
  };
}

function keyAlgorithms(type: string): ServerHostKeyAlgorithm[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type as ServerHostKeyAlgorithm];
}

/** Only what the site names is tried: nothing is picked up from the user's home. */
function authentication({ keyFile, agent, password }: Login): Partial<ConnectConfig> {
  const socket = agent === "env" ? process.env["SSH_AUTH_SOCK"] : agent;
  if (!keyFile && !socket && password === undefined) {
    const error = new Error(agent ? "$SSH_AUTH_SOCK is not set" : "no keyFile, agent or password is given");
    throw Object.assign(error, { level: "client-authentication" });
  }
  return {
    ...(keyFile ? { privateKey: readKey(keyFile) } : {}),
    ...(socket ? { agent: socket } : {}),
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    authHandler: [
      ...(keyFile ? (["publickey"] as const) : []),
      ...(socket ? (["agent"] as const) : []),
      ...(password === undefined ? [] : (["password", "keyboard-interactive"] as const)),
    ],
  };
}

function readKey(path: string): Buffer {
  const refuse = (why: string) =>
    Object.assign(new Error(`key file ${path} ${why}`), { level: "client-authentication" });
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (utils.parseKey(key) instanceof Error) throw refuse("is no private key, or one with a passphrase (use an agent)");
  return key;
}
