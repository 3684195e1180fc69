import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import type { AnyDefinition } from "../resource";

type Values = Record<string, unknown>;

export function idOf(kind: AnyDefinition, args: Values): string {
  return `${kind.where(args)}:${kind.identity(args)}`;
}

/** Names of the arguments that differ. */
export function changedArguments(kind: AnyDefinition, before: Values, after: Values): string[] {
  const differs = (key: string) => !isDeepStrictEqual(before[key], after[key]) && !sameHost(before[key], after[key]);
  return Object.keys(kind.schema.shape).filter(differs);
}

/** What the engine asks of diff: whether anything changes, and which changes mean another object. */
export function differenceOf(kind: AnyDefinition, before: Values, after: Values): dynamic.DiffResult {
  const changed = changedArguments(kind, before, after);
  const moves = (key: string) =>
    kind.replaceOn?.includes(key) || idOf(kind, { ...before, [key]: after[key] }) !== idOf(kind, before);
  const replaces = changed.filter(moves);
  // One name cannot stand for two objects at once.
  const deleteBeforeReplace = replaces.length > 0 && idOf(kind, before) === idOf(kind, after);
  // Where something changed the engine compares the inputs itself, which is what names the properties in previews.
  return { ...(changed.length === 0 ? { changes: false } : {}), replaces, deleteBeforeReplace };
}

/** Another way to reach the same host is taken up by the next call; it is no change of what stands there. */
function sameHost(before: unknown, after: unknown): boolean {
  const named = (value: unknown): string | undefined =>
    typeof value === "object" && value !== null && "kind" in value && "name" in value ? String(value.name) : undefined;
  return named(before) !== undefined && named(before) === named(after);
}
