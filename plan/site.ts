import type { Connection } from "../lib/host/connection";
import { LocalHost } from "../lib/host/local";
import { registryRecipe } from "../lib/lab/registry-image";
import { type LabSite, type PlannedHost, planHosts } from "./hosts";
import { type PlannedImageSet, planImages, type SiteImage } from "./images";
import { resolution } from "./resolution";

export interface SiteQuestion {
  hosts: Record<string, Connection>;
  lab?: LabSite | undefined;
  images: readonly SiteImage[];
}

export interface SitePlan {
  hosts: Record<string, PlannedHost>;
  images: PlannedImageSet[];
  /** What the registry's image is made from, known before it is made. */
  registryRecipe: string;
}

export interface Surroundings {
  project: string;
  stack: string;
  preview: boolean;
  /** Where this project keeps what belongs to its stacks and not to git; relative, so that no state names a machine. */
  directory: string;
}

/** What the site should be now: resolved at once, bounded in time, returned as plain values. */
export function planSite(question: SiteQuestion, at: Surroundings): Promise<SitePlan> {
  const { project, stack, preview, directory } = at;
  return resolution(`${directory}/plan/${stack}.json`, question, preview, async () => {
    const [hosts, images, recipe] = await Promise.all([
      planHosts(question, `${directory}/keys/${stack}`, `${project}-${stack}`),
      planImages(question.images, `${directory}/content`, `stack/${stack}`),
      registryRecipe(new LocalHost("localhost")),
    ]);
    return { hosts, images, registryRecipe: recipe };
  });
}
