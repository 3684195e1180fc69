import { LocalHost } from "../lib/host/local";
import { type RegistryImageKind, registryRecipe } from "../lib/lab/registry-image";
import type { RegistryOptions } from "../lib/oci/client";
import { type MadeFrom, madeFor, type PlannedBase, planBases } from "./base-images";
import { type LabSite, type PlannedHost, planHosts, type Way } from "./hosts";
import { imagesOfList, type SiteImageList } from "./image-lists";
import { type SiteImage, soughtFor } from "./image-sources";
import { contentOf, type PlannedImageSet, planImages } from "./images";
import { type PlannedRegistry, planRegistry, type RegistryWay, type SiteRegistry, withAuthority } from "./registry";
import { resolution } from "./resolution";
import { lookUpstream, type Offered, type Sought } from "./upstream-images";

/** The site's own registry, among those the stack file names. */
const OWN = "";

export interface SiteQuestion {
  hosts: Record<string, Way>;
  lab?: LabSite | undefined;
  registry: SiteRegistry;
  /** The host the site's own registry stands on. */
  registryHost: string;
  images: readonly SiteImage[];
  imageLists: readonly SiteImageList[];
  /** Registries images come from, by the name the stack file gives them. */
  registries: Readonly<Record<string, RegistryWay>>;
}

export interface SitePlan {
  hosts: Record<string, PlannedHost>;
  images: PlannedImageSet[];
  /** One digest over all that the registry is to hold. */
  content: string;
  registry: PlannedRegistry;
  /** What the registry's image is made from, known before it is made; absent where the registry stands already. */
  registryRecipe?: string;
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
  const images = [...site.images, ...(await Promise.all(site.imageLists.map(imagesOfList))).flat()];
  const registry = await planRegistry(site.registry, addressOf(site), `${project}-${stack}`);
  const registries = { ...site.registries, [OWN]: registry.way };
  const question = questionOf(images, registries, registry);
  const [hosts, upstream] = await Promise.all([
    planHosts(site, `${directory}/keys/${stack}`, `${project}-${stack}`),
    resolution(files, question, preview, () => askUpstream(question, registries)),
  ]);
  const { offered, bases, ...recipe } = upstream;
  const sets = await planImages(images, { offered, bases }, `${directory}/content`, `stack/${stack}`);
  return { hosts, images: sets, content: contentOf(sets), registry, ...recipe };
}

function addressOf({ hosts, lab, registryHost }: SiteQuestion): string {
  const host = hosts[registryHost];
  return lab?.hosts[registryHost]?.address ?? (host?.kind === "ssh" ? host.address : "127.0.0.1");
}

/** What is asked of upstreams, without a secret; a lock file made for another question is refused. */
interface Question {
  /** Of the image to be made; null where the registry stands already. */
  registry: RegistryImageKind | null;
  sought: Sought[];
  addresses: string[];
  made: MadeFrom[];
}

type Ways = Readonly<Record<string, RegistryWay>>;

function questionOf(images: readonly SiteImage[], registries: Ways, { server }: PlannedRegistry): Question {
  const sought = images.flatMap(soughtFor);
  const names = [...new Set(sought.map(({ registry = OWN }) => registry))].sort();
  const { version = 2, architecture } = server ?? {};
  return {
    registry: server ? { version, ...(architecture && { architecture }) } : null,
    sought,
    made: images.flatMap(madeFor),
    addresses: names.map((name) => registries[name]?.address ?? ""),
  };
}

async function askUpstream(
  { registry, sought, made }: Question,
  registries: Ways,
): Promise<{ registryRecipe?: string; offered: Offered; bases: PlannedBase[] }> {
  const named = Object.entries(registries).map(async ([name, way]) => [name, await withAuthority(way)] as const);
  const known: Record<string, RegistryOptions> = Object.fromEntries(await Promise.all(named));
  const reach = (name = OWN) => {
    const found = known[name];
    if (!found) throw new Error(`no registry "${name}" in the stack file`);
    return found;
  };
  const [recipe, offered, bases] = await Promise.all([
    registry && registryRecipe(new LocalHost("localhost"), registry),
    lookUpstream(sought, reach),
    planBases(made),
  ]);
  return { ...(recipe && { registryRecipe: recipe }), offered, bases };
}
