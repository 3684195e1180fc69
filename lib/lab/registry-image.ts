import type { Host } from "../host/host";
import { inWorkDirectory } from "../host/work-directory";
import type { Report } from "../progress";
import { REGISTRY_ETC, REGISTRY_PORT, renderConfig } from "../registry/config";
import { findArchive, type ImageArchive, packImage, SAME_BYTES } from "./image-archive";
import { recipeDigest } from "./recipe";
import { architectureOf, BINARY, placeBinary, plannedBinary, type RegistryImageKind } from "./registry-binary";

export type { RegistryImageKind };

/** In the image, for who runs it as it is; a site's own is mounted over it. */
const CONFIG = renderConfig({});
const DEBIAN: RegistryImageKind = { version: 2 };

/** What the image is made from, known before it is made. */
export async function registryRecipe(host: Host, kind = DEBIAN): Promise<string> {
  return recipeDigest({ binary: await plannedBinary(host, kind), config: CONFIG });
}

const archivePath = (cache: string, recipe: string): string => `${cache}/images/registry-${recipe.slice(0, 12)}.tar`;

/** The archive of a recipe, or undefined where it was not made yet. */
export function findRegistryArchive(host: Host, cache: string, recipe: string): Promise<ImageArchive | undefined> {
  return findArchive(host, archivePath(cache, recipe));
}

/**
 * An archive for `docker load` with the registry and nothing else: its binary and the libraries that loads. The same
 * recipe gives the same image ID.
 */
export async function ensureRegistryArchive(
  host: Host,
  cache: string,
  recipe: string,
  onProgress: Report,
  kind = DEBIAN,
): Promise<ImageArchive> {
  const standing = await findRegistryArchive(host, cache, recipe);
  if (standing) return standing;
  const offered = await registryRecipe(host, kind);
  if (offered !== recipe) {
    const hint = "run pulumi up again: it plans what is offered now";
    throw Object.assign(new Error(`what the registry is made from changed since it was planned (${offered})`), {
      hint,
    });
  }
  const target = archivePath(cache, recipe);
  return inWorkDirectory(host, target.replace(/\/[^/]+$/, ""), async (directory) => {
    const root = `${directory}/root`;
    await placeBinary(host, kind, { directory, root, onProgress });
    onProgress({ step: "packing the registry's image" });
    await host.writeFile(`${root}${REGISTRY_ETC}/config.yml`, CONFIG);
    await host.exec(["tar", ...SAME_BYTES, "-C", root, "-cf", `${directory}/layer.tar`, "."], {
      effect: `pack ${root}`,
      timeout: 300_000,
    });
    const config = {
      Entrypoint: [`/${BINARY}`],
      Cmd: ["serve", `${REGISTRY_ETC}/config.yml`],
      ExposedPorts: { [`${REGISTRY_PORT}/tcp`]: {} },
    };
    const tag = `openstack-site/registry:${recipe.slice(0, 12)}`;
    const image = { tag, architecture: await architectureOf(host, kind), config };
    return await packImage(host, directory, target, image);
  });
}
