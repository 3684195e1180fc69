import type { Digest } from "./digest";
import type { Keep } from "./keep";
import type { Standing } from "./shelf";

/** A state that another one took the place of, and when. */
export interface Earlier {
  manifest: Digest;
  until: string;
}

const DAY = 24 * 3_600_000;

/** What stays of the states before `manifest`, newest first. One that came back is no earlier one. */
export function earlierThan(
  manifest: Digest,
  before: Standing | undefined,
  keep: Keep = 3,
  now = new Date(),
): Earlier[] {
  if (!before) return [];
  const last = before.manifest === manifest ? [] : [{ manifest: before.manifest, until: now.toISOString() }];
  const history = [...last, ...before.earlier].filter((each) => each.manifest !== manifest);
  if (typeof keep === "number") return history.slice(0, keep);
  return history.filter(({ until }) => now.getTime() - Date.parse(until) <= keep.days * DAY);
}
