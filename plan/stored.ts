import { assertRoom, tellLowRoom } from "../lib/content/room";
import { type PlannedMirror, planMirrors } from "./apt-mirrors";
import type { Keeper, Note } from "./ask-keeper";
import type { WantedMirror } from "./mirror-sources";
import { type PlannedIndex, planIndexes, type WantedIndex } from "./pypi-indexes";
import { planSources, type SiteSource } from "./sources";

/** What a store is to hold. */
export interface WantedContent {
  mirrors: readonly WantedMirror[];
  indexes: readonly WantedIndex[];
  sources: readonly SiteSource[];
}

export interface StoredContent {
  mirrors: PlannedMirror[];
  indexes: PlannedIndex[];
  sources: SiteSource[];
}

/** All that comes into one store. Every failure is told at once, and what cannot fit together is refused. */
export async function planStored(
  { mirrors, indexes, sources }: WantedContent,
  keeper: Keeper,
): Promise<StoredContent & { notes: Note[] }> {
  const asked = await Promise.all([
    planMirrors(mirrors, keeper),
    planIndexes(indexes, keeper),
    planSources(sources, keeper),
  ]);
  const failures = asked.flatMap((each) => each.failures);
  if (failures.length > 0)
    throw new Error(`content that cannot be planned; nothing was touched:\n${failures.join("\n")}`);
  const coming = asked.reduce((sum, each) => sum + each.coming, 0);
  const { room } = asked.find((each) => each.room) ?? {};
  if (room) assertRoom(coming, room, keeper.store);
  const low = room && tellLowRoom(coming, room, keeper.store);
  const warnings: Note[] = low === undefined ? [] : [{ about: "content", text: low, warning: true }];
  const [mirrored, indexed, sourced] = asked;
  return {
    mirrors: mirrored.planned,
    indexes: indexed.planned,
    sources: sourced.planned,
    notes: [...asked.flatMap(({ notes }) => notes), ...warnings],
  };
}
