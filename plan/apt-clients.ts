import { readFile } from "node:fs/promises";
import { directoryOf } from "../lib/apt/tree";
import { digestOf } from "../lib/content/digest";
import type { PlannedMirror } from "./apt-mirrors";
import type { SiteMirror } from "./mirror-sources";

/** One archive as a host of the site asks it: under the site's own address. */
export interface AptEntry {
  uri: string;
  suites: string[];
  components: string[];
  signedBy?: string;
}

/** A keyring that is put on clients: a copy of a file beside the program. */
export interface PlannedKeyring {
  mirror: string;
  path: string;
  source: string;
  digest: string;
}

/** What a host needs to install from the site's mirrors. */
export interface PlannedClient {
  entries: AptEntry[];
  keyrings: PlannedKeyring[];
  /** Where it needs the site's own key, and gets it. */
  siteKeyring?: string;
}

/** Where the key of a stack stands on whoever reads what it signed. */
export const siteKeyring = (owner: string): string => `/etc/apt/keyrings/${owner}.asc`;

/** For each host that installs from the site's mirrors: what it asks. `everybody` asks those that name no clients. */
export async function planClients(
  mirrors: readonly SiteMirror[],
  planned: readonly PlannedMirror[],
  { url, everybody, owner }: { url: string; everybody: readonly string[]; owner: string },
): Promise<Record<string, PlannedClient>> {
  const keyrings = (await Promise.all(mirrors.map(keyringOf))).flat();
  const hosts = [...new Set(mirrors.flatMap(({ clients = everybody }) => clients))].sort();
  const keyringFor = ({ name, selection }: PlannedMirror) =>
    selection ? siteKeyring(owner) : keyrings.find(({ mirror }) => mirror === name)?.path;
  const clientOf = (host: string): PlannedClient => {
    const mine = mirrors.filter(({ clients = everybody }) => clients.includes(host)).map(({ name }) => name);
    const asked = planned.filter(({ name }) => mine.includes(name));
    const signed = asked.some(({ selection }) => selection !== undefined);
    return {
      entries: asked.flatMap((mirror) => entriesOf(mirror, url, keyringFor(mirror))),
      keyrings: keyrings.filter(({ mirror }) => mine.includes(mirror)),
      ...(signed && { siteKeyring: siteKeyring(owner) }),
    };
  };
  return Object.fromEntries(hosts.map((host) => [host, clientOf(host)]));
}

async function keyringOf({ name, keyring }: SiteMirror): Promise<PlannedKeyring[]> {
  if (keyring === undefined) return [];
  const bytes = await readFile(keyring).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`cannot read ${keyring}: ${error.code}. Try: a path relative to the project directory`);
  });
  // apt goes by the ending.
  const ending = bytes.includes("-----BEGIN PGP PUBLIC KEY BLOCK-----") ? "asc" : "gpg";
  const path = `/etc/apt/keyrings/openstack-site-${name}.${ending}`;
  return [{ mirror: name, path, source: keyring, digest: digestOf(bytes) }];
}

function entriesOf({ name, suites }: PlannedMirror, url: string, ours: string | undefined): AptEntry[] {
  const entries = new Map<string, AptEntry>();
  for (const { uri, suite, components, trust } of suites) {
    // Whoever pins a Release may have no key for it.
    const keyring = ours ?? ("keyrings" in trust ? trust.keyrings[0] : undefined);
    const key = JSON.stringify([uri, components, keyring]);
    const entry = entries.get(key) ?? {
      ...{ uri: `${url}/${name}/${directoryOf(uri, {})}`, suites: [], components },
      ...(keyring === undefined ? {} : { signedBy: keyring }),
    };
    entry.suites.push(suite);
    entries.set(key, entry);
  }
  return [...entries.values()];
}
