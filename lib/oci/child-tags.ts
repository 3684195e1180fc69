import type { Digest } from "../content/digest";
import type { RegistryClient } from "./client";
import { ImageError } from "./image";
import type { StandingList } from "./push-list";
import { keepAside } from "./tag";

/** What stood at each tag before a list gave it to a child; null where nothing stood. */
export type TagsBefore = Readonly<Record<string, Digest | null>>;

/** The tags a list may give: those it had before, and free ones. A tag that stands for something else is refused. */
export function claimTags(
  wanted: ReadonlyMap<string, Digest>,
  claimed: TagsBefore,
  standing: StandingList["children"],
): TagsBefore {
  const asked = standing.filter(({ tag }) => wanted.has(tag) && claimed[tag] === undefined);
  const found = asked.map(({ tag, manifest }) => {
    if (manifest && manifest.digest !== wanted.get(tag)) {
      const what = `tag ${tag} stands for ${manifest.digest} and is not ours`;
      throw new ImageError(`${what}. Try: give that image of the list a tag of its own`);
    }
    return [tag, manifest?.digest ?? null] as const;
  });
  return { ...claimed, ...Object.fromEntries(found) };
}

/** Keeps what stood at the tags that are about to move to another image. */
export async function keepMoving(
  client: RegistryClient,
  repository: string,
  wanted: ReadonlyMap<string, Digest>,
  claimed: TagsBefore,
  signal?: AbortSignal,
): Promise<void> {
  for (const [tag, digest] of wanted) {
    const before = claimed[tag];
    if (before && before !== digest) await keepAside(client, { repository, tag }, before, signal);
  }
}
