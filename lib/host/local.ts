import { spawn } from "node:child_process";
import { lstatSync, readdirSync, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { effect } from "../effect";
import { accounts } from "./accounts";
import { commandFailure, fileFailure } from "./failure";
import { assertAbsolute } from "./files";
import type { ExecOptions, ExecResult, FileOptions, FileStat, Host, HostError } from "./host";
import { read, remove, write } from "./local-files";
import { attend, type Ending, type Running, within } from "./running";

/** This machine, as whoever we run as. */
export class LocalHost implements Host {
  constructor(readonly name = "localhost") {}

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const run = async () => attend(await start(this.name, argv, options), this.name, argv, options);
    return options.effect ? effect(options.effect, run) : run();
  }

  readFile(path: string): Promise<Buffer | undefined> {
    return this.look("read", path, () => read(path));
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.look("stat", path, async () => {
      const found = statSync(path);
      return {
        type: found.isFile() ? "file" : found.isDirectory() ? "directory" : "other",
        size: found.size,
        mode: (found.mode & 0o7777).toString(8).padStart(4, "0"),
        owner: await accounts.name("passwd", found.uid),
        group: await accounts.name("group", found.gid),
      };
    });
  }

  async list(path: string): Promise<string[]> {
    return (await this.look("list", path, async () => readdirSync(path))) ?? [];
  }

  writeFile(path: string, content: string | Buffer | Readable, options: FileOptions = {}): Promise<void> {
    return this.change("write", path, () => write(path, content, options));
  }

  removeFile(path: string): Promise<void> {
    return this.change("remove", path, () => remove(path));
  }

  async close(): Promise<void> {}

  private async look<T>(verb: string, path: string, ask: () => Promise<T>): Promise<T | undefined> {
    assertAbsolute(this.name, path);
    try {
      return await ask();
    } catch (error) {
      if (!isAbsent(error)) throw this.failure(verb, path, error);
      if (!this.isLink(path)) return undefined;
      throw fileFailure(this.name, verb, path, "a symbolic link that leads nowhere");
    }
  }

  private isLink(path: string): boolean {
    try {
      return lstatSync(path).isSymbolicLink();
    } catch (error) {
      if (isAbsent(error)) return false;
      throw this.failure("stat", path, error);
    }
  }

  private change(verb: string, path: string, act: () => Promise<void>): Promise<void> {
    return effect(`${verb} ${path}`, async () => {
      assertAbsolute(this.name, path);
      await act().catch((error: unknown) => {
        throw this.failure(verb, path, error);
      });
    });
  }

  private failure(verb: string, path: string, error: unknown): HostError {
    return fileFailure(this.name, verb, path, error instanceof Error ? error.message : String(error));
  }
}

function isAbsent(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ENOENT";
}

/** Our own settings hold the passphrase of the stack: a command has no use for them. */
function environment(extra: ExecOptions["env"]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_"));
  return { ...Object.fromEntries(own), ...extra };
}

async function start(host: string, argv: readonly string[], options: ExecOptions): Promise<Running> {
  const [command = "", ...rest] = argv;
  // A process group of its own, so that ending the command ends what it started.
  const child = spawn(command, rest, { detached: true, env: environment(options.env), stdio: "pipe" });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      const what = missing ? "was not found" : `could not be started (${error.code})`;
      reject(commandFailure(host, argv, what, Buffer.alloc(0), missing ? "missing" : "failed"));
    });
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once("close", (code, signal) => resolve(signal ? { signal } : { code: code ?? 1 }));
  });
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, kill: () => end(child.pid, ended) };
}

async function end(pid: number | undefined, ended: Promise<Ending>): Promise<boolean> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      if (pid) process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") return false;
    }
    if (await within(1000, ended)) return true;
  }
  return false;
}
