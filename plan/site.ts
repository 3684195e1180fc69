import type { Architecture } from "../lib/debian/emulation";
import type { Connection } from "../lib/host/connection";
import { LocalHost } from "../lib/host/local";
import { architecture } from "../lib/lab/image-archive";
import type { Note } from "./ask-keeper";
import { type PlannedContent, planContent } from "./content";
import { type LabSite, type PlannedHost, planHosts, type Way } from "./hosts";
import { imagesOfList, type SiteImageList } from "./image-lists";
import type { SiteImage } from "./image-sources";
import { contentOf, type PlannedImageSet, planImages } from "./images";
import { type SiteMirror, wantedMirror } from "./mirror-sources";
import { type SiteIndex, wantedIndex } from "./pypi-indexes";
import { type PlannedRegistry, planRegistry, type RegistryWay, type SiteRegistry } from "./registry";
import { resolution } from "./resolution";
import { type SiteSource, wantedSource } from "./sources";
import { askUpstream, type ContentQuestion, OWN, questionOf } from "./upstream";
import { type SiteContent, webImageFrom, webUrl } from "./web-server";

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
  /** What is served as files, and where; absent where nothing is. */
  content?: SiteContent | undefined;
  apt: readonly SiteMirror[];
  pypi: readonly SiteIndex[];
  sources: readonly SiteSource[];
  /** Hosts that install from the site's mirrors and indexes, unless one says which. */
  clients: readonly string[];
}

export interface SitePlan {
  hosts: Record<string, PlannedHost>;
  images: PlannedImageSet[];
  /** One digest over all that the registry is to hold. */
  held: string;
  registry: PlannedRegistry;
  /** What the registry's image is made from, known before it is made; absent where the registry stands already. */
  registryRecipe?: string;
  content?: PlannedContent;
  /** For the person who previews. */
  notes: Note[];
}

export interface Surroundings {
  project: string;
  stack: string;
  preview: boolean;
  /** Where this project keeps what belongs to its stacks and not to git; relative, so that no state names a machine. */
  directory: string;
  /** The job runner that is shipped to hosts. */
  runner: string;
}

/** What the site should be now: resolved at once, returned as plain values. */
export async function planSite(site: SiteQuestion, at: Surroundings): Promise<SitePlan> {
  const { project, stack, preview, directory, runner } = at;
  const files = { preview: `${directory}/plan/${stack}.json`, lock: `Pulumi.${stack}.lock.json` };
  const owner = `${project}-${stack}`;
  const images = [...site.images, ...(await Promise.all(site.imageLists.map(imagesOfList))).flat()];
  const registry = await planRegistry(site.registry, addressOf(site), owner);
  const registries = { ...site.registries, [OWN]: registry.way };
  const web = site.content ? await webImageFrom(site.content, () => architectureOf(site)) : [];
  const question = questionOf(images, registries, registry, { web, content: await contentQuestion(site, owner) });
  const notes: Note[] = [];
  const asker = { registries, keeper: { connection: keeperOf(site), runner }, notes };
  const [hosts, upstream] = await Promise.all([
    planHosts(site, `${directory}/keys/${stack}`, owner),
    resolution(files, question, preview, () => askUpstream(question, asker)),
  ]);
  const { offered, bases: all, stored, ...recipe } = upstream;
  const bases = all.slice(0, all.length - web.length);
  const sets = await planImages(images, { offered, bases }, `${directory}/content`, `stack/${stack}`);
  const seed = { seed: site.registryHost, address: addressOf(site), everybody: site.clients, owner };
  const facts = { mirrors: [], indexes: [], sources: [], ...stored, web: all[bases.length], ...seed };
  const content = site.content && { content: await planContent(site.content, site, facts) };
  return { hosts, images: sets, held: contentOf(sets), registry, ...recipe, ...content, notes };
}

async function contentQuestion(site: SiteQuestion, owner: string): Promise<ContentQuestion | undefined> {
  const { content, apt, pypi } = site;
  if (!content) return undefined;
  const [mirrors, indexes, sources] = await Promise.all([
    Promise.all(apt.map(wantedMirror)),
    Promise.all(pypi.map(wantedIndex)),
    Promise.all(site.sources.map(wantedSource)),
  ]);
  return { url: webUrl(content, addressOf(site)), owner, store: content.store, mirrors, indexes, sources };
}

/** Of the seed: this machine's, unless the stack file says. */
async function architectureOf({ registry }: SiteQuestion): Promise<Architecture> {
  return (registry.architecture ?? (await architecture(new LocalHost("localhost")))) as Architecture;
}

/** The way to the host that keeps the content. */
function keeperOf({ content, hosts, registryHost }: SiteQuestion): Connection {
  const name = content?.host ?? registryHost;
  return { ...(hosts[name] ?? { kind: "local" }), name } as Connection;
}

function addressOf({ hosts, lab, registryHost }: SiteQuestion): string {
  const host = hosts[registryHost];
  return lab?.hosts[registryHost]?.address ?? (host?.kind === "ssh" ? host.address : "127.0.0.1");
}
