import { type Image, inspectImage, loadImage } from "../docker/image";
import { type Host, HostError } from "../host/host";
import { writeTar } from "../oci/tar-writer";
import { debianSources, fetchOptions } from "./apt-sources";
import { architecture, findArchive, type ImageArchive, inWorkDirectory, packImage } from "./image-archive";
import type { OnProgress } from "./progress";
import { type LabRecipe, labRecipe, RECIPE_LABEL, recipeDigest } from "./recipe";

const WHAT = "lab host image";

/** The name a lab host's image has, known before it is made. */
export function labImageTag(recipe: LabRecipe = labRecipe): string {
  return `openstack-site/lab-host:${recipeDigest(recipe).slice(0, 12)}`;
}

/** The image of lab hosts on a host: the one Docker has, else the archive in the cache, else made from packages. */
export async function ensureLabImage(
  host: Host,
  cache: string,
  onProgress: OnProgress,
  recipe: LabRecipe = labRecipe,
): Promise<Image> {
  const tag = labImageTag(recipe);
  const present = await inspectImage(host, tag);
  if (present) return present;
  const path = `${cache}/images/lab-host-${recipeDigest(recipe).slice(0, 12)}.tar`;
  const archive = (await findArchive(host, path)) ?? (await buildLabImage(host, path, onProgress, recipe));
  onProgress({ what: WHAT, step: "loading into Docker" });
  return await loadImage(host, archive, archive.id);
}

function buildLabImage(host: Host, target: string, onProgress: OnProgress, recipe: LabRecipe): Promise<ImageArchive> {
  return inWorkDirectory(host, target.replace(/\/[^/]+$/, ""), async (directory) => {
    await bootstrap(host, directory, onProgress, recipe);
    onProgress({ what: WHAT, step: "packing" });
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

/** Debian from packages into `layer.tar`, without any image to start from. */
async function bootstrap(host: Host, directory: string, onProgress: OnProgress, recipe: LabRecipe): Promise<void> {
  const sources = await debianSources(host, recipe.suite);
  // In a file: a proxy's password stays out of argv.
  await host.writeFile(`${directory}/apt.conf`, `${await fetchOptions(host)}\n`, { mode: "0600" });
  await host.writeFile(`${directory}/files.tar`, writeTar(recipe.files));
  const excluded = ["man", "doc", "locale", "info"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  const argv = [
    ...["mmdebstrap", "--verbose", "--variant=minbase", "--format=tar", `--include=${recipe.packages.join(",")}`],
    ...excluded,
    `--aptopt=${directory}/apt.conf`,
    `--customize-hook=tar-in ${directory}/files.tar /`,
    ...recipe.hooks.map((hook) => `--customize-hook=${hook}`),
    ...[recipe.suite, `${directory}/layer.tar`, ...sources],
  ];
  await follow(onProgress, (onOutput) => {
    const effect = `build ${labImageTag(recipe)}`;
    return host.exec(argv, { effect, timeout: 1_800_000, onStdout: onOutput, onStderr: onOutput });
  });
}

/** Reads packages set up and to set up out of what mmdebstrap and apt say; a failure is told with their last lines. */
async function follow(onProgress: OnProgress, run: (onOutput: (chunk: Buffer) => void) => Promise<unknown>) {
  const last: string[] = [];
  let rest = "";
  let step = "starting";
  let done = 0;
  let total = 0;
  const onOutput = (chunk: Buffer) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("I: ")) step = line.slice(3).replace(/\.\.\.$/, "");
      else if (line.startsWith("Setting up ")) done += 1;
      else total += Number(/(\d+) newly installed/.exec(line)?.[1] ?? 0);
    }
    last.splice(0, last.length, ...[...last, ...lines].slice(-15));
    onProgress({ what: WHAT, step, done, total });
  };
  try {
    await run(onOutput);
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== "failed") throw error;
    const message = `${WHAT}: ${step} failed:\n${last.join("\n")}`;
    throw new HostError("failed", error.host, message, "check the machine's apt sources: apt-get update");
  }
}
