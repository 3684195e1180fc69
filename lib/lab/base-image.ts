import { debianSources, sourceLines } from "../debian/apt-source";
import { bootstrap } from "../debian/mmdebstrap";
import { type Image, inspectImage, loadImage } from "../docker/image";
import type { Host } from "../host/host";
import { inWorkDirectory } from "../host/work-directory";
import { writeTar } from "../oci/tar-writer";
import type { Report } from "../progress";
import { architecture, findArchive, type ImageArchive, packImage } from "./image-archive";
import { type LabRecipe, labRecipe, RECIPE_LABEL, recipeDigest } from "./recipe";

/** The name a lab host's image has, known before it is made. */
export function labImageTag(recipe: LabRecipe = labRecipe): string {
  return `openstack-site/lab-host:${recipeDigest(recipe).slice(0, 12)}`;
}

/** The image of lab hosts on a host: the one Docker has, else the archive in the cache, else made from packages. */
export async function ensureLabImage(
  host: Host,
  cache: string,
  onProgress: Report,
  recipe: LabRecipe = labRecipe,
): Promise<Image> {
  const tag = labImageTag(recipe);
  const present = await inspectImage(host, tag);
  if (present) return present;
  const path = `${cache}/images/lab-host-${recipeDigest(recipe).slice(0, 12)}.tar`;
  const archive = (await findArchive(host, path)) ?? (await buildLabImage(host, path, onProgress, recipe));
  onProgress({ step: "loading the lab host image into Docker" });
  return await loadImage(host, archive, archive.id);
}

function buildLabImage(host: Host, target: string, onProgress: Report, recipe: LabRecipe): Promise<ImageArchive> {
  return inWorkDirectory(host, target.replace(/\/[^/]+$/, ""), async (directory) => {
    await populate(host, directory, onProgress, recipe);
    onProgress({ step: "packing the lab host image" });
    const config = {
      Cmd: ["/sbin/init"],
      Env: ["container=docker"],
      Labels: { [RECIPE_LABEL]: recipeDigest(recipe) },
    };
    return await packImage(host, directory, target, {
      tag: labImageTag(recipe),
      architecture: await architecture(host),
      config,
    });
  });
}

async function populate(host: Host, directory: string, onProgress: Report, recipe: LabRecipe): Promise<void> {
  await host.writeFile(`${directory}/files.tar`, writeTar(recipe.files));
  const excluded = ["man", "doc", "locale", "info"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  const root = {
    directory,
    variant: "minbase",
    packages: recipe.packages,
    sources: sourceLines(await debianSources(host, recipe.suite)),
    options: [
      ...excluded,
      `--customize-hook=tar-in ${directory}/files.tar /`,
      ...recipe.hooks.map((hook) => `--customize-hook=${hook}`),
    ],
  };
  await bootstrap(host, labImageTag(recipe), root, { onProgress });
}
