import type { Digest } from "../content/digest";
import type { Report } from "../progress";
import { formatPlatform, type Image, ImageError, type Platform } from "./image";
import { openImage } from "./layout";
import { pushImage } from "./push";
import { openRemoteImage, type RegistryPlace } from "./remote";
import type { Tag } from "./tag";

/** Which image is meant: its manifest, and the platform its configuration must name. */
export interface WantedImage {
  digest: Digest;
  platform: Platform;
}

/**
 * Makes the tag stand for an image that is elsewhere: in an OCI layout or an archive of `docker save`, in another
 * registry, or in this one under another name. Refuses another image than the one meant before anything is written.
 */
export async function copyImage(
  from: string | RegistryPlace,
  to: RegistryPlace & Tag,
  want: WantedImage,
  { signal, onProgress = () => {} }: { signal?: AbortSignal; onProgress?: Report } = {},
): Promise<{ changed: boolean }> {
  const image = await open(from, want.digest, signal);
  refuseOther(image, want, typeof from === "string" ? from : `${from.client.address}/${from.repository}`);
  const sameRegistry = typeof from !== "string" && from.client.address === to.client.address;
  return pushImage(to.client, to.repository, to.tag, image, {
    onProgress: ({ bytes, bytesTotal }) => onProgress({ done: bytes, total: bytesTotal, unit: "bytes" }),
    ...(sameRegistry && { mountFrom: from.repository }),
    ...(signal && { signal }),
  });
}

function open(from: string | RegistryPlace, digest: Digest, signal?: AbortSignal): Promise<Image> {
  return typeof from === "string" ? openImage(from, { digest }) : openRemoteImage(from, digest, signal);
}

function refuseOther({ manifest: { digest }, platform }: Image, want: WantedImage, source: string): void {
  if (digest !== want.digest) {
    const hint = "Try: run pulumi up again, which plans what is there now";
    throw new ImageError(`${source} holds ${digest}, planned was ${want.digest}. ${hint}`);
  }
  const [found, planned] = [formatPlatform(platform), formatPlatform(want.platform)];
  if (found === planned) return;
  throw new ImageError(`${source}@${digest} is for ${found}, not ${planned}. Try: the digest of its ${planned} image`);
}
