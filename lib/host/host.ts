import type { Readable } from "node:stream";

export interface ExecOptions {
  /** Bytes for the command's standard input. */
  input?: string | Buffer | Readable;
  /** Milliseconds after which the command is ended and the call fails. Default 60 s; jobs and builds pass their own. */
  timeout?: number;
  signal?: AbortSignal;
  env?: Readonly<Record<string, string>>;
  /** Streamed output; what is streamed is not collected. */
  onStdout?: (chunk: Buffer) => void;
  onStderr?: (chunk: Buffer) => void;
  /** Names the write this command makes, e.g. `docker create registry`. Commands without it only look. */
  effect?: string;
  /** Exit codes that are an answer rather than a failure. Default [0]. */
  accept?: readonly number[];
}

export interface ExecResult {
  code: number;
  stdout: Buffer;
  stderr: Buffer;
}

export interface FileStat {
  type: "file" | "directory" | "other";
  size: number;
  /** Permission bits as four octal digits, e.g. "0644". */
  mode: string;
  owner: string;
  group: string;
}

export interface FileOptions {
  mode?: string;
  owner?: string;
  group?: string;
}

/** A machine, near or far. Paths are absolute; argv never meets a shell unquoted. */
export interface Host {
  readonly name: string;
  /** Runs argv. Throws HostError when it cannot be started, is cut off, or ends with a code not accepted. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** The whole file, or undefined where it is proven absent. Any other reason throws. */
  readFile(path: string): Promise<Buffer | undefined>;
  stat(path: string): Promise<FileStat | undefined>;
  /** Atomic: a temporary file beside the target, mode and owner set, synced, renamed. Parent directories are made. */
  writeFile(path: string, content: string | Buffer | Readable, options?: FileOptions): Promise<void>;
  /** Removes a file; absent is fine. */
  removeFile(path: string): Promise<void>;
  /** Names in a directory; an absent directory is empty. */
  list(path: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Why a host could not do what was asked; `unreachable` keeps state where `failed` reports an error. */
export type HostErrorCode = "unreachable" | "dormant" | "host-key" | "auth" | "timeout" | "cut" | "missing" | "failed";

export class HostError extends Error {
  override readonly name = "HostError";
  constructor(
    readonly code: HostErrorCode,
    readonly host: string,
    message: string,
    /** What the reader may try next. */
    readonly hint?: string,
    readonly exitCode?: number,
  ) {
    super(message);
  }
}
