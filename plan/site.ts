import { LocalHost } from "../lib/host/local";
import { registryRecipe } from "../lib/lab/registry-image";
import { type LabSite, type PlannedHost, planHosts, type Way } from "./hosts";
import { type PlannedImageSet, planImages, type SiteImage } from "./images";
import { resolution } from "./resolution";

export interface SiteQuestion {
  hosts: Record<string, Way>;
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

/** What the site should be now: resolved at once, returned as plain values. */
export async function planSite(site: SiteQuestion, at: Surroundings): Promise<SitePlan> {
  const { project, stack, preview, directory } = at;
  const files = { preview: `${directory}/plan/${stack}.json`, lock: `Pulumi.${stack}.lock.json` };
  const [hosts, images, upstream] = await Promise.all([
    planHosts(site, `${directory}/keys/${stack}`, `${project}-${stack}`),
    planImages(site.images, `${directory}/content`, `stack/${stack}`),
    resolution(files, UPSTREAM, preview, planUpstream),
  ]);
  return { hosts, images, ...upstream };
}

/** What is asked of upstreams; a lock file made for another question is refused. */
const UPSTREAM = { registry: "docker-registry" };

async function planUpstream(): Promise<Pick<SitePlan, "registryRecipe">> {
  return { registryRecipe: await registryRecipe(new LocalHost("localhost")) };
}
