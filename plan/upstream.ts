import type { Connection } from "../lib/host/connection";
import { LocalHost } from "../lib/host/local";
import { type RegistryImageKind, registryRecipe } from "../lib/lab/registry-image";
import type { RegistryOptions } from "../lib/oci/client";
import type { Note } from "./ask-keeper";
import { type MadeFrom, madeFor, type PlannedBase, planBases } from "./base-images";
import { type SiteImage, soughtFor } from "./image-sources";
import { mirroredSources } from "./mirrored-sources";
import { type PlannedRegistry, type RegistryWay, withAuthority } from "./registry";
import { planStored, type StoredContent, type WantedContent } from "./stored";
import { lookUpstream, type Offered, type Sought } from "./upstream-images";

/** The site's own registry, among those the stack file names. */
export const OWN = "";

/** What is asked of upstreams, without a secret; a lock file made for another question is refused. */
export interface Question {
  /** Of the image to be made; null where the registry stands already. */
  registry: RegistryImageKind | null;
  sought: Sought[];
  addresses: string[];
  /** First those of the site's images, then the web server's. */
  made: MadeFrom[];
  content?: ContentQuestion;
}

/** What is kept and served; `url` is where it will be served, `owner` whose key signs where packages are selected. */
export interface ContentQuestion extends WantedContent {
  url: string;
  owner: string;
  store: string;
}

const NOWHERE = { url: "", owner: "" };

export interface Found {
  registryRecipe?: string;
  offered: Offered;
  bases: PlannedBase[];
  stored?: StoredContent;
}

export type Ways = Readonly<Record<string, RegistryWay>>;

export function questionOf(
  images: readonly SiteImage[],
  registries: Ways,
  { server }: PlannedRegistry,
  { web, content }: { web: readonly MadeFrom[]; content: ContentQuestion | undefined },
): Question {
  const sought = images.flatMap(soughtFor);
  const names = [...new Set(sought.map(({ registry = OWN }) => registry))].sort();
  const { version = 2, architecture } = server ?? {};
  return {
    registry: server ? { version, ...(architecture && { architecture }) } : null,
    sought,
    made: [...images.flatMap(madeFor), ...web],
    addresses: names.map((name) => registries[name]?.address ?? ""),
    ...(content && { content }),
  };
}

export interface Asker {
  registries: Ways;
  /** The host that keeps the content, and the job runner that is shipped there. */
  keeper: { connection: Connection; runner: string };
  /** Gets what a person should read about the content; it is no part of the answer. */
  notes: Note[];
}

/** What registries and archives offer now. */
export async function askUpstream(question: Question, { registries, keeper, notes }: Asker): Promise<Found> {
  const { registry, sought, made, content } = question;
  const known = await withAuthorities(registries);
  const reach = (name = OWN) => {
    const found = known[name];
    if (!found) throw new Error(`no registry "${name}" in the stack file`);
    return found;
  };
  const asked = content && planStored(content, { ...keeper, store: content.store });
  const mirrored = async (mirror: string, suite: string) =>
    mirroredSources((await asked)?.mirrors ?? [], content ?? NOWHERE, mirror, suite);
  const [recipe, offered, bases, stored] = await Promise.all([
    registry && registryRecipe(new LocalHost("localhost"), registry),
    lookUpstream(sought, reach),
    planBases(made, mirrored),
    asked,
  ]);
  const found = { ...(recipe && { registryRecipe: recipe }), offered, bases };
  if (!stored) return found;
  const { notes: told, ...rest } = stored;
  notes.push(...told);
  return { ...found, stored: rest };
}

async function withAuthorities(registries: Ways): Promise<Record<string, RegistryOptions>> {
  const named = Object.entries(registries).map(async ([name, way]) => [name, await withAuthority(way)] as const);
  return Object.fromEntries(await Promise.all(named));
}
