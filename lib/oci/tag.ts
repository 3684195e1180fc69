import type { Digest } from "../content/digest";
import type { RegistryClient } from "./client";
import { deleteManifest, getManifest, headManifest, putManifest } from "./manifests";
import { note, putNote } from "./note";

/** One name in a registry. */
export interface Tag {
  repository: string;
  tag: string;
}

/** The name under which what stood at an adopted tag survives until it is put back. */
export const keptTag = (digest: Digest): string => `before-${digest.slice("sha256:".length, 19)}`;

/**
 * Takes a tag away and nothing else. A registry deletes by digest only, and with a digest go all its tags: so the tag
 * is first moved to a manifest of its own, which is then deleted. Absent is fine.
 */
export async function untag(client: RegistryClient, { repository, tag }: Tag, signal?: AbortSignal): Promise<void> {
  if (!(await headManifest(client, repository, tag, signal))) return;
  const manifest = note({ "io.openstack-site.untagged": tag });
  await putNote(client, repository, tag, manifest, signal);
  await deleteManifest(client, repository, manifest.digest, signal);
}

/** Gives a manifest that is in the repository one more tag; tells whether it is there. */
export async function retag(client: RegistryClient, to: Tag, from: string, signal?: AbortSignal): Promise<boolean> {
  const manifest = await getManifest(client, to.repository, from, signal);
  if (!manifest) return false;
  await putManifest(client, to.repository, to.tag, manifest, signal);
  return true;
}

/** Before an adopted tag moves: what it stands for gets a tag that no collector takes away. */
export async function keepAside(client: RegistryClient, at: Tag, before: Digest, signal?: AbortSignal): Promise<void> {
  const standing = await headManifest(client, at.repository, at.tag, signal);
  if (standing?.digest !== before) return;
  await retag(client, { repository: at.repository, tag: keptTag(before) }, before, signal);
}

/** Lets the tag stand for what it stood for before it was adopted. May run again after a crash. */
export async function putBack(client: RegistryClient, at: Tag, before: Digest, signal?: AbortSignal): Promise<void> {
  if ((await headManifest(client, at.repository, at.tag, signal))?.digest !== before) {
    const there = await retag(client, at, before, signal);
    if (!there)
      throw new Error(`${before}, for which ${at.repository}:${at.tag} stood before, is no longer in the registry`);
  }
  await untag(client, { repository: at.repository, tag: keptTag(before) }, signal);
}

/** Gives a tag up: it stands for what it stood for before us, or is gone. */
export async function giveUp(client: RegistryClient, at: Tag, before: Digest | null, signal?: AbortSignal) {
  if (before === null) await untag(client, at, signal);
  else await putBack(client, at, before, signal);
}
