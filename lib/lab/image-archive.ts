import { createHash } from "node:crypto";
import type { Host } from "../host/host";

/** What a container made from the image starts with; the keys are Docker's. */
export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  ExposedPorts?: Record<string, object>;
  Labels?: Record<string, string>;
}

export interface ImageArchive {
  path: string;
  /** The image's ID, known before any Docker has seen it. */
  id: string;
}

/**
 * Packs `layer.tar` of a directory into an archive for `docker load`. Written here and not by `docker import`, which
 * puts in the time and its own architecture: the same layer gives the same image ID.
 */
export async function packImage(
  host: Host,
  directory: string,
  target: string,
  image: { tag: string; architecture: string; config: ImageConfig },
): Promise<ImageArchive> {
  const sum = (await host.exec(["sha256sum", `${directory}/layer.tar`], { timeout: 300_000 })).stdout.toString();
  const config = JSON.stringify({
    architecture: image.architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: image.config,
    rootfs: { type: "layers", diff_ids: [`sha256:${sum.slice(0, 64)}`] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "openstack-site" }],
  });
  const hex = createHash("sha256").update(config).digest("hex");
  await host.writeFile(`${directory}/${hex}.json`, config);
  const manifest = [{ Config: `${hex}.json`, RepoTags: [image.tag], Layers: ["layer.tar"] }];
  await host.writeFile(`${directory}/manifest.json`, JSON.stringify(manifest));
  // The manifest first: whoever asks for the ID reads no further.
  const members = ["manifest.json", `${hex}.json`, "layer.tar"];
  await host.exec(["tar", ...SAME_BYTES, "-C", directory, "-cf", `${directory}/image.tar`, ...members], {
    effect: `pack ${target}`,
    timeout: 600_000,
  });
  await host.exec(["mv", `${directory}/image.tar`, target], { effect: `publish ${target}` });
  return { path: target, id: `sha256:${hex}` };
}

/** Options under which tar writes the same bytes for the same files, whoever owns them and whenever they were made. */
export const SAME_BYTES = [
  ...["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX", "--format=ustar"],
];

/** An archive packed earlier, or undefined where there is none. */
export async function findArchive(host: Host, path: string): Promise<ImageArchive | undefined> {
  if (!(await host.stat(path))) return undefined;
  const { stdout } = await host.exec(["tar", "-xOf", path, "--occurrence=1", "manifest.json"]);
  const [manifest] = JSON.parse(stdout.toString()) as [{ Config: string }];
  return { path, id: `sha256:${manifest.Config.slice(0, 64)}` };
}

/** Docker's name for the machine's architecture, as Debian has it: they agree where this project runs. */
export async function architecture(host: Host): Promise<string> {
  return (await host.exec(["dpkg", "--print-architecture"])).stdout.toString().trim();
}
