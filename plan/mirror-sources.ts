import { readFile } from "node:fs/promises";
import { type ListedSuite, parseMirrorList, suitesOf } from "../lib/apt/mirror-list";
import type { SuiteSource } from "../lib/apt/suite";
import type { Digest } from "../lib/content/digest";
import type { Keep } from "../lib/content/keep";
import { debianSources } from "../lib/debian/apt-source";
import type { Host } from "../lib/host/host";
import { authority } from "./pem-file";

/** A suite as the stack file or a list has it. */
export interface MirroredSuite extends ListedSuite {
  trust: { keyrings: string[]; fingerprints?: string[] | undefined } | { pinned: string };
}

/** What is mirrored, as the stack file says. */
export type MirrorSource =
  | { debian: string; architectures: string[]; components: string[]; sources: boolean }
  | { suites: MirroredSuite[] }
  | { mirrorList: string; keyrings: string[] };

/** Some packages of all the suites, and what they depend on; everything where there is none. */
export interface Selection {
  packages?: string[] | undefined;
  recommends?: boolean | undefined;
  bootstrap?: boolean | undefined;
}

export interface SiteMirror extends Selection {
  name: string;
  from: MirrorSource;
  adoptTree?: string | undefined;
  /** PEM file beside the program. */
  ca?: string | undefined;
  keep: Keep;
  snapshots?: Readonly<Record<string, string>> | undefined;
  serve?: string | undefined;
  clients?: string[] | undefined;
  /** Beside the program; put on the clients. */
  keyring?: string | undefined;
}

export interface WantedSelection {
  packages: string[];
  recommends: boolean;
  bootstrap: boolean;
}

/** From where its files come, beside the archives, and how those are trusted. */
export interface Way {
  adoptTree?: string;
  /** As PEM. */
  ca?: string;
}

/** A mirror whose list was read: what is left to ask is the archives. */
export interface WantedMirror extends Way {
  name: string;
  selection?: WantedSelection;
  from: Exclude<MirrorSource, { mirrorList: string }>;
}

/** Reads apt-mirror's list where the stack file names one. */
export async function wantedMirror({ name, from, ...site }: SiteMirror): Promise<WantedMirror> {
  const { packages, recommends = false, bootstrap = false, adoptTree, ca } = site;
  const wanted = {
    ...{ name, ...(packages && { selection: { packages, recommends, bootstrap } }) },
    ...wayOf({ adoptTree, ca: (await authority(ca)).ca }),
  };
  if (!("mirrorList" in from)) return { ...wanted, from };
  const list = parseMirrorList(await readFile(from.mirrorList, "utf8"), from.mirrorList);
  const { keyrings } = from;
  return { ...wanted, from: { suites: suitesOf(list).map((suite) => ({ ...suite, trust: { keyrings } })) } };
}

export const wayOf = ({ adoptTree, ca }: { [key in keyof Way]: Way[key] | undefined }): Way => ({
  ...(adoptTree === undefined ? {} : { adoptTree }),
  ...(ca === undefined ? {} : { ca }),
});

const DEBIAN_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Its suites; those of Debian from where the host installs itself. */
export async function suitesWanted({ from }: WantedMirror, host: Host): Promise<MirroredSuite[]> {
  if ("suites" in from) return from.suites;
  const { debian, architectures, components, sources } = from;
  const archives = await debianSources(host, debian);
  const trust = { keyrings: [DEBIAN_KEYRING] };
  return archives.flatMap(({ uri, suites }) =>
    suites.map((suite) => ({ uri, suite, components, architectures, sources, trust })),
  );
}

/** As the engine takes it. */
export function sourceOf({ trust, ...suite }: MirroredSuite): SuiteSource {
  if ("pinned" in trust) return { ...suite, trust: { pinned: trust.pinned as Digest } };
  const { keyrings, fingerprints } = trust;
  return { ...suite, trust: { keyrings, ...(fingerprints && { fingerprints }) } };
}
