import type { PlannedIndex, SiteIndex } from "./pypi-indexes";

/** Indexes as they are to stand, and who asks them. */
export interface SitePypi {
  indexes: (PlannedIndex & Pick<SiteIndex, "lists" | "targets" | "onMissing" | "keep"> & Partial<Kept>)[];
  /** By host: the address of its index. */
  asked: Record<string, string>;
}

interface Kept {
  directory: string;
  serve: string;
}

/** What the stack file says of indexes, with what was planned of them. `everybody` asks the one that names no clients. */
export function planPypi(
  site: readonly SiteIndex[],
  planned: readonly PlannedIndex[],
  { url, everybody }: { url: string; everybody: readonly string[] },
): SitePypi {
  const indexes = site.flatMap(({ name, lists, targets, onMissing, keep, directory, serve }) => {
    const found = planned.find((each) => each.name === name);
    const more = { ...(directory === undefined ? {} : { directory }), ...(serve === undefined ? {} : { serve }) };
    return found ? [{ ...found, lists, targets, onMissing, keep, ...more }] : [];
  });
  const asked = site.flatMap(({ name, clients = everybody }) =>
    clients.map((host) => [host, `${url}/${name}/simple/`] as const),
  );
  return { indexes, asked: Object.fromEntries(asked) };
}
