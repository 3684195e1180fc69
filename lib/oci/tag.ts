import { Readable } from "node:stream";
import { pushBlob } from "./blobs";
import type { RegistryClient } from "./client";
import { canonicalJson, type Digest, digestOf } from "./digest";
import { deleteManifest, getManifest, headManifest, putManifest } from "./manifests";
import { OCI_EMPTY, OCI_MANIFEST } from "./media-types";

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
  const bytes = Buffer.from("{}");
  const empty = { mediaType: OCI_EMPTY, digest: digestOf(bytes), size: bytes.length };
  await pushBlob(client, repository, { ...empty, open: () => Readable.from([bytes]) }, signal ? { signal } : {});
  const annotations = { "io.openstack-site.untagged": tag };
  const last = canonicalJson({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: empty,
    layers: [empty],
    annotations,
  });
  const manifest = { bytes: last, digest: digestOf(last), size: last.length, mediaType: OCI_MANIFEST };
  await putManifest(client, repository, tag, manifest, signal);
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
