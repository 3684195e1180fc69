import { z } from "zod";
import { isDigest } from "./digest";

/** As people write it in arguments and stack files. */
export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits");

export const digestForm = z.string().refine(isDigest, "no sha256 digest");

/**
 * Reads JSON that another version of this program may have written. Only what is relied on is checked, and what else
 * stands there stays. `hint` is what to try where the form is another one.
 */
export function parseForm<T>(form: z.ZodType, text: string, what: string, hint: string): T {
  const value = jsonOf(text);
  const { error } = form.safeParse(value);
  if (!error) return value as T;
  const [issue] = error.issues;
  const why = `${issue?.path.join(".") || "as a whole"}: ${issue?.message}`;
  throw new Error(`${what} has a form this version does not know (${why}). Try: the version that wrote it, or ${hint}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
