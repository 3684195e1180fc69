import { isDeepStrictEqual } from "node:util";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** What the ledger keeps, so that the file can be brought back as it stood. */
export interface DaemonRecord {
  /** The file as it stood before us, byte for byte; null where there was none. */
  before: string | null;
  /** What we merged into it. */
  settings: JsonObject;
  /** The file as we left it. */
  written: string;
}

export interface DaemonPlan {
  /** The whole file as it should be; null: no file. */
  text: string | null;
  /** Top-level keys whose value changes. */
  changed: string[];
  record: DaemonRecord;
}

/**
 * Merges settings into daemon.json: lists are united, objects merged, other values replaced. What an earlier merge of
 * ours added is taken out first. Pure; the same text comes back where nothing is to change.
 */
export function mergeDaemonConfig(text: string | null, settings: JsonObject, earlier?: DaemonRecord): DaemonPlan {
  const { text: base } = earlier ? restoreDaemonConfig(text, earlier) : { text };
  const current = parse(text);
  const wanted = merge(parse(base), settings) as JsonObject;
  const changed = changedKeys(current, wanted);
  const after = changed.length === 0 && text !== null ? text : print(wanted, base ?? text);
  return { text: after, changed, record: { before: base, settings, written: after } };
}

/** Takes our settings out: the very bytes from before where nobody wrote since, else only what we added. Pure. */
export function restoreDaemonConfig(
  text: string | null,
  { before, settings, written }: DaemonRecord,
): { text: string | null; changed: string[] } {
  const current = parse(text);
  if (text === null) return { text: null, changed: [] };
  if (text === written) return { text: before, changed: changedKeys(current, parse(before)) };
  const wanted = unmerge(current, settings, parse(before)) as JsonObject | undefined;
  const changed = changedKeys(current, wanted ?? {});
  if (isDeepStrictEqual(wanted ?? {}, parse(before))) return { text: before, changed };
  return { text: changed.length === 0 ? text : print(wanted ?? {}, text), changed };
}

/** Of the settings, what really stands in the file: equal to `settings` where they are all in force. Pure. */
export function standingSettings(text: string | null, settings: JsonObject): JsonObject {
  return (common(parse(text), settings) ?? {}) as JsonObject;
}

/** How the daemon takes over a change; `interim` is written and taken over before the last text is put in place. */
export interface TakeOver {
  by: "nothing" | "reload" | "restart";
  interim?: string;
}

/** Keys dockerd takes over on SIGHUP; any other wants a restart, which stops containers. */
const RELOADABLE = new Set([
  ...[
    "allow-nondistributable-artifacts",
    "authorization-plugins",
    "debug",
    "default-runtime",
    "features",
    "insecure-registries",
  ],
  ...["labels", "live-restore", "max-concurrent-downloads", "max-concurrent-uploads", "max-download-attempts"],
  ...["registry-mirrors", "runtimes", "shutdown-timeout"],
]);

/**
 * A reload where every changed key allows it, else a restart. On reload dockerd leaves alone a key that is gone, so a
 * list that goes is first written empty. Pure.
 */
export function takeOver(from: string | null, to: string | null): TakeOver {
  const [old, next] = [parse(from), parse(to)];
  const changed = changedKeys(old, next);
  if (changed.length === 0) return { by: "nothing" };
  const gone = changed.filter((key) => next[key] === undefined);
  const clearable = gone.every((key) => Array.isArray(old[key]));
  if (!clearable || !changed.every((key) => RELOADABLE.has(key))) return { by: "restart" };
  if (gone.length === 0) return { by: "reload" };
  return { by: "reload", interim: print({ ...next, ...Object.fromEntries(gone.map((key) => [key, []])) }, to) };
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(text: string | null): JsonObject {
  if (text === null || text.trim() === "") return {};
  const value = JSON.parse(text) as Json;
  if (!isObject(value)) throw new Error("daemon.json is not an object");
  return value;
}

/** In the indentation the file has. */
function print(value: JsonObject, like: string | null): string {
  const indent = /\n([ \t]+)"/.exec(like ?? "")?.[1] ?? "  ";
  return `${JSON.stringify(value, null, indent)}${like === null || like.endsWith("\n") ? "\n" : ""}`;
}

const changedKeys = (from: JsonObject, to: JsonObject): string[] =>
  [...new Set([...Object.keys(from), ...Object.keys(to)])].filter((key) => !isDeepStrictEqual(from[key], to[key]));

const has = (list: readonly Json[], item: Json) => list.some((other) => isDeepStrictEqual(other, item));

function merge(current: Json | undefined, settings: Json): Json {
  if (Array.isArray(settings) && Array.isArray(current)) {
    return [...current, ...settings.filter((item) => !has(current, item))];
  }
  if (!isObject(settings) || !isObject(current)) return settings;
  const merged = Object.entries(settings).map(([key, value]) => [key, merge(current[key], value)]);
  return { ...current, ...Object.fromEntries(merged) };
}

/** `current` without what `settings` added to `before`; undefined where nothing is left that was not ours. */
function unmerge(current: Json, settings: Json, before: Json | undefined): Json | undefined {
  if (Array.isArray(settings) && Array.isArray(current)) {
    const old = Array.isArray(before) ? before : [];
    const left = current.filter((item) => has(old, item) || !has(settings, item));
    return left.length === 0 && before === undefined ? undefined : left;
  }
  if (isObject(settings) && isObject(current)) {
    const old = isObject(before) ? before : {};
    const left = Object.entries(current).flatMap(([key, value]) => {
      const ours = settings[key];
      const kept = ours === undefined ? value : unmerge(value, ours, old[key]);
      return kept === undefined ? [] : [[key, kept] as const];
    });
    return left.length === 0 && before === undefined ? undefined : Object.fromEntries(left);
  }
  // Somebody set another value since: it is theirs.
  return isDeepStrictEqual(current, settings) ? before : current;
}

function common(current: Json | undefined, settings: Json): Json | undefined {
  if (Array.isArray(settings) && Array.isArray(current)) return settings.filter((item) => has(current, item));
  if (!isObject(settings) || !isObject(current)) return current;
  const found = Object.entries(settings).flatMap(([key, value]) => {
    const standing = common(current[key], value);
    return standing === undefined ? [] : [[key, standing] as const];
  });
  return Object.fromEntries(found);
}
