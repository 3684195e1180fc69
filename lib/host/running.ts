import { Readable, type Writable } from "node:stream";
import { commandFailure } from "./failure";
import type { ExecOptions, ExecResult, HostError } from "./host";

/** How a command ended; "cut" where its end was never heard of. */
export type Ending = { code: number } | { signal: string } | { cut: string };

/** A command that runs, here or over SSH. */
export interface Running {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Settles once the command is gone and its output was read. */
  ended: Promise<Ending>;
  /** Ends the command with all it started; false where that could not be made sure. Takes at most 3 s. */
  kill(): Promise<boolean>;
}

const DEFAULT_TIMEOUT = 60_000;
const COLLECT_LIMIT = 256 * 1024 * 1024;
const TAIL = 4096;

interface Stop {
  code: "timeout" | "cut" | "failed";
  what: string;
}

/** Feeds a running command, collects or streams what it says, and judges how it ended. */
export async function attend(
  running: Running,
  host: string,
  argv: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  let stop: (reason: Stop) => void = () => {};
  const stopped = new Promise<Stop>((resolve) => {
    stop = resolve;
  });
  const stdout = new Output(running.stdout, options.onStdout, stop);
  const stderr = new Output(running.stderr, options.onStderr, stop);
  const fail = (what: string, code: HostError["code"], exitCode?: number) =>
    commandFailure(host, argv, what, stderr.tail, code, exitCode);
  feed(running.stdin, options.input, stop);
  const unwatch = watch(options, stop);
  try {
    const first = await Promise.race([running.ended, stopped]);
    if ("what" in first) {
      const gone = await running.kill();
      throw fail(gone ? first.what : `${first.what}; it may still be running there`, first.code);
    }
    if ("cut" in first) throw fail(`was cut off (${first.cut})`, "cut");
    if ("signal" in first) throw fail(`was ended by signal ${first.signal}`, "failed");
    if ((options.accept ?? [0]).includes(first.code)) {
      return { code: first.code, stdout: stdout.collected, stderr: stderr.collected };
    }
    if (first.code === 127) throw fail("was not found (exit code 127)", "missing", 127);
    throw fail(`exited with ${first.code}`, "failed", first.code);
  } finally {
    unwatch();
    if (options.input instanceof Readable) options.input.destroy();
  }
}

/** Stops at the time limit and at the caller's signal. The timer is what keeps the process alive during a call. */
function watch({ timeout = DEFAULT_TIMEOUT, signal }: ExecOptions, stop: (reason: Stop) => void): () => void {
  const expire = () => stop({ code: "timeout", what: `did not end within ${timeout / 1000} s and was ended` });
  const cancel = () => stop({ code: "cut", what: "was cancelled" });
  const timer = setTimeout(expire, timeout);
  signal?.addEventListener("abort", cancel, { once: true });
  if (signal?.aborted) cancel();
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  };
}

/** A command may end without reading its input: that is no failure, its exit code is the answer. */
function feed(stdin: Writable, input: ExecOptions["input"], stop: (reason: Stop) => void): void {
  stdin.on("error", () => {});
  if (!(input instanceof Readable)) {
    stdin.end(input);
    return;
  }
  input.on("error", (error) => stop({ code: "failed", what: `was given an input that failed: ${error.message}` }));
  input.pipe(stdin);
}

/** Streams, or collects up to a limit; either way the last lines stay at hand for an error. */
class Output {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  tail: Buffer = Buffer.alloc(0);

  constructor(stream: Readable, onChunk: ((chunk: Buffer) => void) | undefined, stop: (reason: Stop) => void) {
    stream.on("data", (chunk: Buffer) => {
      this.tail = Buffer.concat([this.tail, chunk.subarray(-TAIL)]).subarray(-TAIL);
      if (onChunk) {
        onChunk(chunk);
        return;
      }
      this.size += chunk.length;
      if (this.size <= COLLECT_LIMIT) this.chunks.push(chunk);
      else stop({ code: "failed", what: "said more than 256 MB, which must be streamed (onStdout)" });
    });
    stream.on("error", (error) => stop({ code: "cut", what: `lost its output: ${error.message}` }));
  }

  get collected(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** Whether the promise settles in time. */
export function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds);
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(done, done);
  });
}
