import type { Host } from "../host/host";
import { architecture, findArchive, type ImageArchive, inWorkDirectory, packImage, SAME_BYTES } from "./image-archive";
import type { OnProgress } from "./progress";
import { recipeDigest } from "./recipe";

const WHAT = "registry image";
const BINARY = "usr/bin/docker-registry";

/** Where the registry keeps what is pushed: mount a volume there. */
export const REGISTRY_DATA = "/var/lib/registry";
export const REGISTRY_PORT = 5000;

const CONFIG = `version: 0.1
log:
  level: info
storage:
  filesystem:
    rootdirectory: ${REGISTRY_DATA}
  delete:
    enabled: true
http:
  addr: :${REGISTRY_PORT}
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
`;

/** What the image is made from, known before it is made. */
export async function registryRecipe(host: Host): Promise<string> {
  return recipeDigest({ packages: await plannedPackages(host), config: CONFIG });
}

const archivePath = (cache: string, recipe: string): string => `${cache}/images/registry-${recipe.slice(0, 12)}.tar`;

/** The archive of a recipe, or undefined where it was not made yet. */
export function findRegistryArchive(host: Host, cache: string, recipe: string): Promise<ImageArchive | undefined> {
  return findArchive(host, archivePath(cache, recipe));
}

/**
 * An archive for `docker load` with Debian's registry and nothing else: its binary and the libraries that loads. The
 * same packages give the same image ID.
 */
export async function ensureRegistryArchive(
  host: Host,
  cache: string,
  recipe: string,
  onProgress: OnProgress,
): Promise<ImageArchive> {
  const standing = await findRegistryArchive(host, cache, recipe);
  if (standing) return standing;
  const offered = await registryRecipe(host);
  if (offered !== recipe) {
    const hint = "run pulumi up again: it plans what is offered now";
    throw Object.assign(new Error(`the registry's packages changed since they were planned (${offered})`), { hint });
  }
  return build(host, archivePath(cache, recipe), `openstack-site/registry:${recipe.slice(0, 12)}`, onProgress);
}

/** Name and digest of the registry's package, and the version of the C library it will run with. */
async function plannedPackages(host: Host): Promise<string[]> {
  const uris = await host.exec(["apt-get", "download", "--print-uris", "docker-registry"]);
  const library = await host.exec(["dpkg-query", "--show", "libc6"]);
  const [, name, , sum] = uris.stdout.toString().trim().split(" ");
  return [`${name} ${sum}`, library.stdout.toString().trim()];
}

function build(host: Host, target: string, tag: string, onProgress: OnProgress): Promise<ImageArchive> {
  return inWorkDirectory(host, target.replace(/\/[^/]+$/, ""), async (directory) => {
    const root = `${directory}/root`;
    onProgress({ what: WHAT, step: "fetching the package" });
    const fetch = ["env", "-C", directory, "apt-get", "--quiet", "download", "docker-registry"];
    await host.exec(fetch, { effect: "apt-get download docker-registry", timeout: 600_000 });
    const name = (await host.list(directory)).find((file) => file.endsWith(".deb"));
    await host.exec(["dpkg-deb", "--extract", `${directory}/${name}`, `${directory}/package`], {
      effect: `unpack ${name}`,
    });
    onProgress({ what: WHAT, step: "packing" });
    await host.exec(["install", "-D", `${directory}/package/${BINARY}`, `${root}/${BINARY}`], {
      effect: `copy ${BINARY}`,
    });
    for (const library of await librariesOf(host, `${root}/${BINARY}`)) {
      await host.exec(["install", "-D", library, `${root}${library}`], { effect: `copy ${library}` });
    }
    await host.writeFile(`${root}/etc/docker/registry/config.yml`, CONFIG);
    await host.exec(["tar", ...SAME_BYTES, "-C", root, "-cf", `${directory}/layer.tar`, "."], {
      effect: `pack ${root}`,
    });
    const config = {
      Entrypoint: [`/${BINARY}`],
      Cmd: ["serve", "/etc/docker/registry/config.yml"],
      ExposedPorts: { [`${REGISTRY_PORT}/tcp`]: {} },
    };
    return await packImage(host, directory, target, { tag, architecture: await architecture(host), config });
  });
}

/** Absolute paths, as the loader will look for them. */
async function librariesOf(host: Host, binary: string): Promise<string[]> {
  const { stdout } = await host.exec(["ldd", binary]);
  return [...stdout.toString().matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path]) => path as string);
}
