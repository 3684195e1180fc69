import { z } from "zod";

export const hostName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a host name of lower-case letters, digits, dots and dashes");

const hostKey = z
  .string()
  .regex(
    /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*$/,
    'a public host key as ssh-keyscan prints it, for example "ssh-ed25519 AAAAC3Nza..."',
  );

const login = {
  address: z.string().min(1),
  port: z.int().min(1).max(65535).default(22),
  user: z.string().min(1).default("root"),
  /** Required: a host whose key is not known beforehand is refused. */
  hostKey,
  /** Path of a private key; relative paths start at the project directory. The key itself never enters the state. */
  keyFile: z.string().min(1).optional(),
  /** Socket of an SSH agent, or "env" for $SSH_AUTH_SOCK. */
  agent: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
};

const jump = z.strictObject(login);

/** How to reach this machine. */
export const localWay = { kind: z.literal("local") };

/** How to reach a machine with an SSH server. */
export const sshWay = {
  kind: z.literal("ssh"),
  ...login,
  /** Become root through sudo (without a password prompt, or with `password`). */
  sudo: z.boolean().default(false),
  jump: jump.optional(),
  /** The host may be off for now: it is not asked, and its resources keep their state. */
  dormant: z.boolean().default(false),
};

/** A host, and the way to it. */
export const connectionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...localWay, name: hostName.default("localhost") }),
  z.strictObject({ ...sshWay, name: hostName }),
]);

export type Connection = z.output<typeof connectionSchema>;
export type ConnectionArgs = z.input<typeof connectionSchema>;
export type SshConnection = Extract<Connection, { kind: "ssh" }>;
export type LocalConnection = Extract<Connection, { kind: "local" }>;
export type Login = z.output<typeof jump>;
