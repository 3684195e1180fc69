import { type PlannedClient, planClients } from "./apt-clients";
import type { PlannedMirror } from "./apt-mirrors";
import type { PlannedBase } from "./base-images";
import type { SiteMirror } from "./mirror-sources";
import { type PlannedWebServer, planWebServer, type SiteContent } from "./web-server";

/** What the site serves as files. */
export interface PlannedContent {
  /** The host that keeps it. */
  keeper: string;
  store: string;
  web: PlannedWebServer;
  mirrors: (PlannedMirror & { keep: number; serve?: string })[];
  /** By host: what it installs from. */
  clients: Record<string, PlannedClient>;
}

export interface ContentFacts {
  mirrors: readonly PlannedMirror[];
  /** What the web server's image is made from; absent where the site has one. */
  web: PlannedBase | undefined;
  /** Where it is kept unless the stack file says, and where it is served. */
  seed: string;
  address: string;
  /** Hosts that install from each mirror that names no clients. */
  everybody: readonly string[];
}

/** What stands on the seed and on its clients, from what the archives hold. */
export async function planContent(
  content: SiteContent,
  apt: readonly SiteMirror[],
  { mirrors, web, seed, address, everybody }: ContentFacts,
): Promise<PlannedContent> {
  const server = planWebServer(content, address, web);
  const planned = apt.flatMap(({ name, keep, serve }) => {
    const mirror = mirrors.find((each) => each.name === name);
    return mirror ? [{ ...mirror, keep, ...(serve === undefined ? {} : { serve }) }] : [];
  });
  const clients = await planClients(apt, mirrors, server.url, everybody);
  return { keeper: content.host ?? seed, store: content.store, web: server, mirrors: planned, clients };
}
