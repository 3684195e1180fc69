import { type Descriptor, type Digest, digestOf, isDigest } from "../content/digest";
import type { RegistryClient } from "./client";
import type { ManifestBytes } from "./image";
import { MANIFEST_TYPES } from "./media-types";
import { RegistryError } from "./registry-error";

const accept = { accept: MANIFEST_TYPES };

/** What a tag or digest stands for, or undefined where a registry's 404 proves that there is nothing. */
export async function headManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<Descriptor | undefined> {
  const path = `manifests/${reference}`;
  const call = { repository, path, headers: accept, accept: [200, 404], ...(signal && { signal }) };
  const answer = await client.request({ ...call, method: "HEAD" });
  if (answer.status === 404) return absent(client, signal);
  const digest = answer.header("docker-content-digest") ?? "";
  // The header is optional in the specification: without it only the bytes tell.
  if (!isDigest(digest)) return getManifest(client, repository, reference, signal);
  const size = Number(answer.header("content-length"));
  return { digest, size, mediaType: mediaTypeOf(answer.header("content-type")) };
}

/** The manifest, its bytes proven against the digest asked for or told by the registry; undefined as above. */
export async function getManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<ManifestBytes | undefined> {
  const path = `manifests/${reference}`;
  const call = { repository, path, headers: accept, accept: [200, 404], ...(signal && { signal }) };
  const answer = await client.request({ ...call, method: "GET" });
  if (answer.status === 404) return absent(client, signal);
  const bytes = answer.body;
  const digest = digestOf(bytes);
  const told = isDigest(reference) ? reference : answer.header("docker-content-digest");
  if (told !== undefined && told !== digest) throw otherDigest("GET", answer.url, told, digest);
  return { bytes, digest, size: bytes.length, mediaType: mediaTypeOf(answer.header("content-type")) };
}

/** Stores a manifest under a tag, or under its own digest alone. */
export async function putManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
  manifest: ManifestBytes,
  signal?: AbortSignal,
): Promise<void> {
  const answer = await client.request({
    method: "PUT",
    repository,
    path: `manifests/${reference}`,
    headers: { "content-type": manifest.mediaType },
    body: manifest.bytes,
    accept: [201],
    ...(signal && { signal }),
  });
  const told = answer.header("docker-content-digest");
  if (told !== undefined && told !== manifest.digest) throw otherDigest("PUT", answer.url, manifest.digest, told);
}

/**
 * Removes a manifest, and with it EVERY tag that stands for it; tells whether it was there. There is no removal by tag:
 * distribution 2.8 refuses it.
 */
export async function deleteManifest(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean> {
  const path = `manifests/${digest}`;
  const call = { repository, path, accept: [200, 202, 404], ...(signal && { signal }) };
  const answer = await client.request({ ...call, method: "DELETE" });
  if (answer.status === 404) await client.assertRegistry(signal);
  return answer.status !== 404;
}

async function absent(client: RegistryClient, signal?: AbortSignal): Promise<undefined> {
  await client.assertRegistry(signal);
  return undefined;
}

function mediaTypeOf(header: string | undefined): string {
  return header?.split(";")[0]?.trim() ?? "";
}

function otherDigest(method: string, url: URL, wanted: string, got: string): RegistryError {
  return new RegistryError({ method, url, code: "DIGEST_MISMATCH", detail: `${got} instead of ${wanted}` });
}
