import { z } from "zod";
import { connectionSchema } from "../../lib/host/connection";
import type { Job } from "../../lib/host/jobs";
import { progressLines } from "../../lib/progress";
import { onHost } from "../host/on-host";
import type { Context } from "../resource";
import { runnerFile } from "../runner";

/** What names content in a store of a host. */
export const storeArguments = {
  /** The machine that keeps the content and serves it. */
  host: connectionSchema,
  /** Directory of the content store. What several mirrors have in common stands there once. */
  store: z.string().regex(/^(\/[^/\0]+)+$/, "an absolute path without empty parts"),
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "a name of lower-case letters, digits, dots and dashes"),
};

interface Named {
  store: string;
  name: string;
}

/** What every kind has in common that stands in a store of a host. */
export const onStore = {
  ...onHost,
  identity: ({ store, name }: Named): string => `${store}#${name}`,
};

/** A connection at rest is given up long before. */
const LONGEST = 7 * 24 * 3_600_000;

/** Runs a job next to the content. */
export async function beside<I, O>(
  host: z.output<typeof connectionSchema>,
  job: Job<I, O>,
  input: I,
  context: Context,
): Promise<O> {
  const { runJob } = await import("../../lib/host/job");
  const options = { signal: context.signal, onProgress: progressLines(context.progress), timeout: LONGEST };
  return runJob(await context.connect(host), job, input, { ...options, runner: runnerFile() });
}
