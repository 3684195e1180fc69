import { type AptSource, debianSources } from "../lib/debian/apt-source";
import type { Architecture } from "../lib/debian/emulation";
import { LocalHost } from "../lib/host/local";
import { planBase, recipeOf } from "../lib/oci/base/recipe";
import { inParallel } from "../lib/parallel";
import type { SiteImage } from "./image-sources";

/** An image made here from packages. */
export interface DebianSource {
  debian: string;
  sources?: readonly AptSource[] | undefined;
  /** A mirror of the site instead of them. */
  mirror?: string | undefined;
  packages: readonly string[];
}

/** A suite as a mirror of the site will have it. */
export interface MirroredSources {
  sources: AptSource[];
  /** Digest of what they will hold. */
  snapshot: string;
}

/** What an image for one architecture is made from now. */
export interface PlannedBase {
  tag: string;
  architecture: Architecture;
  sources: AptSource[];
  packages: string[];
  snapshot?: string;
  recipe: string;
}

/** What to make for an image, for each architecture; nothing where it comes from elsewhere. */
export function madeFor({ from, architectures, tag }: SiteImage): MadeFrom[] {
  if (!from || !("debian" in from)) return [];
  return architectures.map((architecture) => ({ ...from, tag, architecture: architecture as Architecture }));
}

export interface MadeFrom extends DebianSource {
  tag: string;
  architecture: Architecture;
}

/** A few: each asks every archive. */
const AT_ONCE = 4;

/** The recipes, in order: what the archives hold now decides them, or what the site's mirrors will hold. */
export async function planBases(
  wanted: readonly MadeFrom[],
  mirrored: (mirror: string, suite: string) => Promise<MirroredSources>,
): Promise<PlannedBase[]> {
  const here = new LocalHost("localhost");
  return inParallel(wanted, AT_ONCE, async ({ debian, sources: named, mirror, packages, tag, architecture }) => {
    const spec = { architecture, variant: "minbase", packages, labels: {} };
    const base = { tag, architecture, packages: [...packages] };
    if (mirror !== undefined) {
      const found = await mirrored(mirror, debian);
      return { ...base, ...found, recipe: recipeOf({ ...spec, ...found }, { sums: {} }) };
    }
    const sources = [...(named ?? (await debianSources(here, debian)))];
    const { recipe } = await planBase(here, { ...spec, sources });
    return { ...base, sources, recipe };
  });
}
