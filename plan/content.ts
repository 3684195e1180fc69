import type { Keep } from "../lib/content/keep";
import { type PlannedClient, planClients, siteKeyring } from "./apt-clients";
import type { PlannedMirror } from "./apt-mirrors";
import type { PlannedBase } from "./base-images";
import type { SiteMirror } from "./mirror-sources";
import { planPypi, type SitePypi } from "./pypi-clients";
import type { PlannedIndex, SiteIndex } from "./pypi-indexes";
import type { SiteSource } from "./sources";
import { type PlannedWebServer, planWebServer, type SiteContent } from "./web-server";

/** What the site serves as files. */
export interface PlannedContent {
  /** The host that keeps it. */
  keeper: string;
  store: string;
  web: PlannedWebServer;
  mirrors: (PlannedMirror & { keep: Keep; snapshots: Readonly<Record<string, string>>; serve?: string })[];
  /** Signs mirrors of selected packages; absent where there are none. */
  key?: { name: string; generation: number; keyring: string };
  indexes: SitePypi["indexes"];
  sources: readonly SiteSource[];
  /** By host: what it installs from. */
  clients: Record<string, PlannedClient>;
  /** By host: the index its pip and uv ask. */
  asked: SitePypi["asked"];
}

export interface ContentFacts {
  mirrors: readonly PlannedMirror[];
  indexes: readonly PlannedIndex[];
  sources: readonly SiteSource[];
  /** What the web server's image is made from; absent where the site has one. */
  web: PlannedBase | undefined;
  /** Where it is kept unless the stack file says, and where it is served. */
  seed: string;
  address: string;
  /** Hosts that install from each mirror that names no clients. */
  everybody: readonly string[];
  /** Whose key signs mirrors of selected packages. */
  owner: string;
}

/** What stands on the seed and on its clients, from what the archives hold. */
export async function planContent(
  content: SiteContent,
  { apt, pypi }: { apt: readonly SiteMirror[]; pypi: readonly SiteIndex[] },
  { mirrors, indexes, sources, web, seed, address, everybody, owner }: ContentFacts,
): Promise<PlannedContent> {
  const server = planWebServer(content, address, web);
  const planned = apt.flatMap(({ name, keep, snapshots = {}, serve }) => {
    const mirror = mirrors.find((each) => each.name === name);
    return mirror ? [{ ...mirror, keep, snapshots, ...(serve === undefined ? {} : { serve }) }] : [];
  });
  const clients = await planClients(apt, mirrors, { url: server.url, everybody, owner });
  const filtered = planned.some(({ selection }) => selection !== undefined);
  const key = { name: owner, generation: content.keyGeneration, keyring: siteKeyring(owner) };
  return {
    ...(filtered && { key }),
    keeper: content.host ?? seed,
    store: content.store,
    web: server,
    mirrors: planned,
    sources,
    clients,
    ...planPypi(pypi, indexes, { url: server.url, everybody }),
  };
}
