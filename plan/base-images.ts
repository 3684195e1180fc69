import { type AptSource, debianSources } from "../lib/debian/apt-source";
import type { Architecture } from "../lib/debian/emulation";
import { LocalHost } from "../lib/host/local";
import { planBase } from "../lib/oci/base/recipe";
import { inParallel } from "../lib/parallel";
import type { SiteImage } from "./image-sources";

/** An image made here from packages. */
export interface DebianSource {
  debian: string;
  sources?: readonly AptSource[] | undefined;
  packages: readonly string[];
}

/** What an image for one architecture is made from now. */
export interface PlannedBase {
  tag: string;
  architecture: Architecture;
  sources: AptSource[];
  packages: string[];
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

/** The recipes, in order: what the archives hold now decides them. */
export async function planBases(wanted: readonly MadeFrom[]): Promise<PlannedBase[]> {
  const here = new LocalHost("localhost");
  return inParallel(wanted, AT_ONCE, async ({ debian, sources: named, packages, tag, architecture }) => {
    const sources = [...(named ?? (await debianSources(here, debian)))];
    const spec = { architecture, variant: "minbase", sources, packages, labels: {} };
    const { recipe } = await planBase(here, spec);
    return { tag, architecture, sources, packages: [...packages], recipe };
  });
}
