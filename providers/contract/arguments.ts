import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { AnyDefinition } from "../resource";

type Values = Record<string, unknown>;

/** Keys the contract adds beside a kind's own arguments. */
const CONTRACT_KEYS = ["__urn", "adopt", "__provider"] as const;

const isUnknown = (value: unknown): boolean =>
  value === pulumi.runtime.unknownValue || pulumi.Output.isInstance(value) || value instanceof Promise;

/** The kind's own arguments among everything a request or a state carries. */
export function ownArguments(definition: AnyDefinition, props: Values): Values {
  return Object.fromEntries(
    Object.keys(definition.schema.shape)
      .filter((key) => props[key] !== undefined)
      .map((key) => [key, props[key]]),
  );
}

/** Arguments out of a state, which an older version may have written: unknown keys dropped, new defaults filled in. */
export function argumentsFromState(definition: AnyDefinition, props: Values): Values {
  const own = ownArguments(definition, props);
  const parsed = definition.schema.safeParse(own);
  return parsed.success ? parsed.data : own;
}

/** The canonical arguments, or every failure at once as `path: message`. Values not known yet are left as they are. */
export function checkArguments(definition: AnyDefinition, props: Values): { args: Values; failures: string[] } {
  const own: Values = { ...props };
  for (const key of CONTRACT_KEYS) delete own[key];
  const parsed = definition.schema.strict().safeParse(own);
  if (parsed.success) return { args: parsed.data, failures: [] };
  const failures = parsed.error.issues.filter((issue) => !concernsUnknown(own, issue)).map(describe);
  return { args: own, failures };
}

function concernsUnknown(args: Values, issue: z.core.$ZodIssue): boolean {
  let value: unknown = args;
  for (const step of issue.path) {
    if (isUnknown(value)) return true;
    if (typeof value !== "object" || value === null) return false;
    value = (value as Values)[String(step)];
  }
  // A rule over several values cannot be judged before all of them are known.
  return containsUnknown(value);
}

function containsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}

/** Zod's messages never quote the value, so a secret cannot leak through them. */
function describe(issue: z.core.$ZodIssue): string {
  return `${issue.path.join(".") || "(arguments)"}: ${issue.message}`;
}

const collected: string[] = [];

/** Called by every constructor; a wrong resource is remembered here so that all of them are reported together. */
export function collectFailures(definition: AnyDefinition, name: string, args: Values): void {
  const { failures } = checkArguments(definition, args);
  collected.push(...failures.map((failure) => `${definition.kind} ${name}: ${failure}`));
}

/** Ends the program before anything is registered if any resource was given wrong arguments. */
export function assertArguments(): void {
  if (collected.length === 0) return;
  const failures = collected.splice(0);
  const noun = failures.length === 1 ? "1 argument is" : `${failures.length} arguments are`;
  refused = true;
  throw new pulumi.RunError(`${noun} wrong; nothing was touched:\n${failures.map((line) => `  - ${line}`).join("\n")}`);
}

let refused = false;
let verdict: Promise<void> | undefined;

/**
 * Resolves after the turn in which the program makes its resources, and never where their arguments were refused: the
 * program has ended with that error. Every registration waits for it, else the engine would be at work on the first
 * resources before the last is looked at.
 */
export function asserted(): Promise<void> {
  verdict ??= new Promise((resolve) => {
    setImmediate(() => {
      if (!refused) resolve();
      refused = false;
      verdict = undefined;
    });
  });
  return verdict;
}
