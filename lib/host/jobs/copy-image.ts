import type { RegistryOptions } from "../../oci/client";
import { sharedClient } from "../../oci/clients";
import { copyImage as copy, type WantedImage } from "../../oci/copy";
import type { Tag } from "../../oci/tag";
import { defineJob } from "../jobs";

export interface CopyImageOrder {
  /** A path on the host the job runs on, or a repository of a registry. */
  from: string | { registry: RegistryOptions; repository: string };
  to: Tag & { registry: RegistryOptions };
  want: WantedImage;
}

/** Brings an image into a registry by way of the host it runs on. */
export const copyImage = defineJob("copy-image", ({ from, to, want }: CopyImageOrder, onProgress, signal) => {
  const place = <T extends { registry: RegistryOptions }>({ registry, ...rest }: T) => ({
    ...rest,
    client: sharedClient(registry),
  });
  return copy(typeof from === "string" ? from : place(from), place(to), want, { signal, onProgress });
});
