import { canonicalJson, digestOf } from "../content/digest";
import type { RegistryClient } from "./client";
import { blobOf, type ManifestBytes } from "./image";
import { putManifest } from "./manifests";
import { OCI_EMPTY, OCI_MANIFEST } from "./media-types";
import { RegistryError } from "./registry-error";
import { pushBlob } from "./upload";

/** The one blob of every note; a repository must hold it before its first note. */
const EMPTY = blobOf(OCI_EMPTY, Buffer.from("{}"));

/** A manifest without content that carries annotations: how a registry keeps a few words under a tag. */
export function note(annotations: Record<string, string>, artifactType?: string): ManifestBytes {
  const { mediaType, digest, size } = EMPTY;
  const empty = { mediaType, digest, size };
  const content = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: empty, layers: [empty], annotations };
  const manifest = canonicalJson(artifactType === undefined ? content : { ...content, artifactType });
  return { bytes: manifest, digest: digestOf(manifest), size: manifest.length, mediaType: OCI_MANIFEST };
}

const empties = new WeakMap<RegistryClient, Map<string, Promise<unknown>>>();
const ATTEMPTS = 3;

/**
 * Stores a note under a tag. Its blob is sent only to a repository that turns out to lack it, and by one sender at a
 * time: distribution 2.8 empties the link of a blob that is sent again for a moment, and refuses every manifest that
 * names it meanwhile.
 */
export async function putNote(
  client: RegistryClient,
  repository: string,
  tag: string,
  manifest: ManifestBytes,
  signal?: AbortSignal,
) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await putManifest(client, repository, tag, manifest, signal);
    } catch (error) {
      const lacking = error instanceof RegistryError && (error.status === 400 || error.status === 404);
      if (!lacking || attempt === ATTEMPTS) throw error;
      await sendEmpty(client, repository, attempt > 1);
    }
  }
}

function sendEmpty(client: RegistryClient, repository: string, anew: boolean): Promise<unknown> {
  const sent = empties.get(client) ?? new Map<string, Promise<unknown>>();
  empties.set(client, sent);
  const sending = (anew ? undefined : sent.get(repository)) ?? pushBlob(client, repository, EMPTY);
  sent.set(repository, sending);
  return sending;
}
