import { PassThrough } from "node:stream";
import type { Report } from "../progress";
import { type Host, HostError } from "./host";
import { type Job, JobError, type JobMessage, jobFailure } from "./jobs";
import { LocalHost } from "./local";
import { nodeRuntime } from "./node-runtime";
import { sha256, ship } from "./ship";

const DIRECTORY = "/var/lib/openstack-site";
const OLDEST_NODE = 20;

export interface JobOptions {
  onProgress?: Report;
  signal?: AbortSignal;
  /** Milliseconds; default one hour. */
  timeout?: number;
  /** The single-file runner that is shipped to hosts. */
  runner: string;
  /** Where a Node runtime for an architecture is found, for hosts that have none. */
  node?: (arch: string) => Promise<string>;
}

/** Runs a job where the host is: in this process, or over SSH by the shipped runner. */
export async function runJob<Input, Output>(
  host: Host,
  job: Job<Input, Output>,
  input: Input,
  options: JobOptions,
): Promise<Output> {
  if (!(host instanceof LocalHost)) return runRemote(host, job, input, options);
  const limit = AbortSignal.timeout(options.timeout ?? 3_600_000);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    return await job.run(input, options.onProgress ?? (() => {}), signal);
  } catch (error) {
    const { message, code } = jobFailure(error);
    throw new JobError(job.name, host.name, message, code);
  }
}

async function runRemote<Input, Output>(
  host: Host,
  job: Job<Input, Output>,
  input: Input,
  options: JobOptions,
): Promise<Output> {
  const { node, runner } = await prepare(host, options);
  const messages = new Messages(options.onProgress);
  // Left open on purpose: its end is what tells the runner to stop.
  const stdin = new PassThrough();
  stdin.write(`${JSON.stringify({ job: job.name, input })}\n`);
  await host.exec([node, runner], {
    input: stdin,
    timeout: options.timeout ?? 3_600_000,
    effect: `job ${job.name}`,
    onStdout: (chunk) => messages.add(chunk),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const { last } = messages;
  if (last && "output" in last) return last.output as Output;
  const error = last && "error" in last ? last.error : { message: "it ended without a result" };
  throw new JobError(job.name, host.name, error.message, error.code);
}

/** Takes the runner's lines apart; progress goes on at once, the result is kept. */
class Messages {
  private rest = "";
  private readonly decoder = new TextDecoder();
  last: JobMessage | undefined;

  constructor(private readonly onProgress: Report | undefined) {}

  add(chunk: Buffer): void {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as JobMessage;
      if ("progress" in message) this.onProgress?.(message.progress);
      else this.last = message;
    }
  }
}

interface Prepared {
  node: string;
  runner: string;
}

const prepared = new WeakMap<Host, Map<string, Promise<Prepared>>>();

/** Once per host, runner and process; a failed attempt is not kept. */
function prepare(host: Host, options: JobOptions): Promise<Prepared> {
  const known = prepared.get(host) ?? new Map<string, Promise<Prepared>>();
  prepared.set(host, known);
  const ready = known.get(options.runner) ?? sendWhatLacks(host, options);
  known.set(options.runner, ready);
  ready.catch(() => known.delete(options.runner));
  return ready;
}

async function sendWhatLacks(host: Host, { runner, node = nodeRuntime, onProgress }: JobOptions): Promise<Prepared> {
  const digest = await sha256(runner);
  const target = `${DIRECTORY}/runner/${digest}.cjs`;
  const look = 'uname -m; test -f "$1" && echo there || echo absent; node --version 2>/dev/null || echo none';
  const { stdout } = await host.exec(["sh", "-c", look, "sh", target]);
  const [machine = "", state, version = ""] = stdout.toString().trim().split("\n");
  if (state !== "there") await ship(host, runner, digest, target);
  if (Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= OLDEST_NODE) return { node: "node", runner: target };
  return { node: await sendNode(host, await node(archOf(host, machine)), onProgress), runner: target };
}

async function sendNode(host: Host, file: string, onProgress: Report | undefined): Promise<string> {
  const digest = await sha256(file);
  const target = `${DIRECTORY}/node/${digest}`;
  if (!(await host.stat(target))) await ship(host, file, digest, target, onProgress);
  return target;
}

function archOf(host: Host, machine: string): string {
  const arch = { x86_64: "x64", aarch64: "arm64", s390x: "s390x" }[machine];
  if (arch) return arch;
  throw new HostError("failed", host.name, `${host.name} is a ${machine}, for which there is no Node runtime to ship`);
}
