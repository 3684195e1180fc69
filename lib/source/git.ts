import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What must not depend on the settings of whoever runs it: the bytes of an archive, and a stalled server's end. */
const SETTINGS = {
  "core.autocrlf": "false",
  "core.attributesFile": "/dev/null",
  "tar.umask": "0022",
  "pack.threads": "1",
  "repack.writeBitmaps": "false",
  "http.lowSpeedLimit": "1",
  "http.lowSpeedTime": "60",
};

const TEMPORARY =
  /early EOF|RPC failed|unexpected disconnect|returned error: (408|425|429|5\d\d)|Connection (reset|refused|timed out)|Could not resolve host|Failed to connect|Operation too slow|transfer closed/i;

/** Why git did not do what it was asked. `temporary` decides whether asking again may help. */
export class GitError extends Error {
  override readonly name = "GitError";
  readonly temporary: boolean;
  constructor(verb: string, detail: string, cause: unknown) {
    super(`git ${verb} failed: ${detail}`, { cause });
    this.temporary = TEMPORARY.test(detail);
  }
}

export interface GitOptions {
  signal: AbortSignal;
  /** File with the authority that signed the server's certificate. */
  ca?: string;
}

/** Runs git on a bare repository; returns what it printed. */
export async function git(repository: string, argv: readonly string[], { signal, ca }: GitOptions): Promise<string> {
  const settings = Object.entries({ ...SETTINGS, ...(ca === undefined ? {} : { "http.sslCAInfo": ca }) });
  const all = ["--git-dir", repository, ...settings.flatMap(([key, value]) => ["-c", `${key}=${value}`]), ...argv];
  try {
    const { stdout } = await promisify(execFile)("git", all, { signal, env: environment(), maxBuffer: 64 << 20 });
    return stdout.trim();
  } catch (error) {
    signal.throwIfAborted();
    const { code, stderr = "", message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") throw new Error("there is no git on this host. Try: install git", { cause: error });
    throw new GitError(argv[0] ?? "", stderr.trim().slice(-2000) || message, error);
  }
}

/** Proxies and credentials as the host has them; nothing that names another repository, and no questions. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([key]) => !/^GIT_(?!SSH|SSL|ASKPASS)/.test(key));
  return {
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
    ...Object.fromEntries(kept),
    ...{ LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_ATTR_NOSYSTEM: "1" },
    // Not ext::, which runs whatever an address says.
    GIT_ALLOW_PROTOCOL: "http:https:ssh:git:file",
  };
}
