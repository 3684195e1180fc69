import { createHash } from "node:crypto";
import type { Host } from "../host/host";
import type { Report } from "../progress";
import { architecture } from "./image-archive";

/** A cold build on two cores takes two to three minutes; a slow machine may have one. */
const LONGEST_BUILD = 60 * 60_000;

/** Where the program stands in the image, whichever version it is. */
export const BINARY = "usr/bin/docker-registry";

/** Which registry: distribution 2 as Debian has it for this machine, or 3 from its Go module, for any architecture. */
export interface RegistryImageKind {
  version: 2 | 3;
  /** Docker's name for it; this machine's where absent. */
  architecture?: string | undefined;
}

/** What the program is made from, known before it is made. */
export async function plannedBinary(host: Host, kind: RegistryImageKind): Promise<string[]> {
  return kind.version === 2 ? plannedPackages(host) : plannedModule(host, await architectureOf(host, kind));
}

/** Puts the program, and the libraries it loads, under `root`. */
export async function placeBinary(
  host: Host,
  kind: RegistryImageKind,
  { directory, root, onProgress }: { directory: string; root: string; onProgress: Report },
): Promise<void> {
  if (kind.version === 3) {
    onProgress({ step: "building distribution 3 from its Go module" });
    const built = ["scripts/go-module", "registry", await architectureOf(host, kind)];
    const { stdout } = await host.exec(built, { effect: "build distribution 3", timeout: LONGEST_BUILD });
    return copyInto(host, root, stdout.toString().trim(), BINARY);
  }
  onProgress({ step: "fetching the registry's package" });
  const fetch = ["env", "-C", directory, "apt-get", "--quiet", "download", "docker-registry"];
  await host.exec(fetch, { effect: "apt-get download docker-registry", timeout: 600_000 });
  const name = (await host.list(directory)).find((file) => file.endsWith(".deb"));
  await host.exec(["dpkg-deb", "--extract", `${directory}/${name}`, `${directory}/package`], {
    effect: `unpack ${name}`,
  });
  await copyInto(host, root, `${directory}/package/${BINARY}`, BINARY);
  for (const library of await librariesOf(host, `${root}/${BINARY}`)) await copyInto(host, root, library, library);
}

export async function architectureOf(host: Host, kind: RegistryImageKind): Promise<string> {
  return kind.architecture ?? architecture(host);
}

async function copyInto(host: Host, root: string, from: string, to: string): Promise<void> {
  await host.exec(["install", "-D", from, `${root}/${to}`], { effect: `copy ${to}` });
}

/** Name and digest of the registry's package, and the version of the C library it will run with. */
async function plannedPackages(host: Host): Promise<string[]> {
  const uris = await host.exec(["apt-get", "download", "--print-uris", "docker-registry"]);
  const library = await host.exec(["dpkg-query", "--show", "libc6"]);
  const [, name, , sum] = uris.stdout.toString().trim().split(" ");
  return [`${name} ${sum}`, library.stdout.toString().trim()];
}

/** The module pins the compiler, too: it gives the same bytes everywhere. */
async function plannedModule(host: Host, target: string): Promise<string[]> {
  const { stdout } = await host.exec(["cat", "toolchain/registry/go.mod", "toolchain/registry/go.sum"]);
  return [createHash("sha256").update(stdout).digest("hex"), target];
}

/** Absolute paths, as the loader will look for them. */
async function librariesOf(host: Host, binary: string): Promise<string[]> {
  const { stdout } = await host.exec(["ldd", binary]);
  return [...stdout.toString().matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path]) => path as string);
}
