import type { Descriptor } from "../../content/digest";
import type { RegistryClient } from "../client";
import { jsonObject } from "../image";
import { getManifest } from "../manifests";
import type { Tag } from "../tag";
import { PACKAGES, RECIPE } from "./layout";

export interface StandingBase extends Descriptor {
  /** What its manifest says it was made from; the digest of a manifest that says nothing. */
  recipe: string;
  /** Docker's ID of it; empty for what is no image. */
  imageId: string;
  installed: number;
}

/** What stands under the tag, or undefined where nothing does; one request. */
export async function lookAtBase(
  client: RegistryClient,
  { repository, tag }: Tag,
  signal?: AbortSignal,
): Promise<StandingBase | undefined> {
  const manifest = await getManifest(client, repository, tag, signal);
  if (!manifest) return undefined;
  const { bytes, ...descriptor } = manifest;
  const said = jsonObject(bytes, `${client.address}/${repository}:${tag}`) as {
    config?: Descriptor;
    annotations?: Record<string, string>;
  };
  return {
    ...descriptor,
    recipe: said.annotations?.[RECIPE] ?? descriptor.digest,
    imageId: said.config?.digest ?? "",
    installed: Number(said.annotations?.[PACKAGES] ?? 0),
  };
}
