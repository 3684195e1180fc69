import { types } from "node:util";
import type { Report } from "../progress";

/**
 * Heavy work that runs next to the data: a pure function from JSON to JSON. `runner.ts` imports each file of jobs: what it
 * lacks runs on this machine only.
 */
export interface Job<Input, Output> {
  readonly name: string;
  run(input: Input, report: Report, signal: AbortSignal): Promise<Output>;
}

const defined = new Map<string, Job<unknown, unknown>>();

export function defineJob<Input, Output>(name: string, run: Job<Input, Output>["run"]): Job<Input, Output> {
  const job = { name, run };
  // What a job takes travels as JSON and is checked by no type.
  defined.set(name, job as Job<unknown, unknown>);
  return job;
}

/** Of the files that were imported. */
export const jobNamed = (name: string): Job<unknown, unknown> | undefined => defined.get(name);

/** A job that failed, here or far away: its message and, for system errors, their code such as ENOENT. */
export class JobError extends Error {
  override readonly name = "JobError";
  constructor(
    readonly job: string,
    readonly host: string,
    message: string,
    readonly code?: string,
  ) {
    super(`job ${job} on ${host} failed: ${message}`);
  }
}

/** What travels on the runner's standard input, as one line; its end tells the runner that nobody waits any more. */
export interface JobRequest {
  job: string;
  input: unknown;
}

/** One line of the runner's standard output. */
export type JobMessage =
  | { progress: Parameters<Report>[0] }
  | { output: unknown }
  | { error: { message: string; code?: string } };

export function jobFailure(error: unknown): { message: string; code?: string } {
  // Not instanceof: an error may come from another realm.
  if (!types.isNativeError(error)) return { message: String(error).slice(0, 2000) };
  const { code } = error as NodeJS.ErrnoException;
  return { message: error.message.slice(0, 2000), ...(code === undefined ? {} : { code }) };
}
