import type { Readable } from "node:stream";
import { type Host, HostError } from "../host/host";
import { docker, inspect } from "./cli";
import type { ImageDefaults } from "./container-spec";

export interface Image {
  /** sha256 of its configuration. */
  id: string;
  architecture: string;
  size: number;
  repoTags: string[];
  repoDigests: string[];
  defaults: ImageDefaults;
}

interface Raw {
  Id: string;
  Architecture: string;
  Size: number;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
  Config: {
    Env?: string[] | null;
    Cmd?: string[] | null;
    Entrypoint?: string[] | null;
    Labels?: Record<string, string> | null;
    StopSignal?: string;
    Volumes?: Record<string, object> | null;
  } | null;
}

export function environment(lines: readonly string[] | null | undefined): Record<string, string> {
  return Object.fromEntries(
    (lines ?? []).map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

export const signal = (name: string | undefined): string => (name || "TERM").replace(/^SIG/, "");
const IMAGE_WAIT = 20 * 60_000;

export const NO_DEFAULTS: ImageDefaults = {
  entrypoint: [],
  command: [],
  env: {},
  labels: {},
  stopSignal: signal(undefined),
  volumes: [],
};

/** The image by ID, digest or tag, or undefined where the host has none. */
export async function inspectImage(host: Host, reference: string): Promise<Image | undefined> {
  const raw = await inspect<Raw>(host, "image", reference);
  if (!raw) return undefined;
  const config = raw.Config ?? {};
  return {
    id: raw.Id,
    architecture: raw.Architecture,
    size: raw.Size,
    repoTags: raw.RepoTags ?? [],
    repoDigests: raw.RepoDigests ?? [],
    defaults: {
      entrypoint: config.Entrypoint ?? [],
      command: config.Cmd ?? [],
      env: environment(config.Env),
      labels: config.Labels ?? {},
      stopSignal: signal(config.StopSignal),
      volumes: Object.keys(config.Volumes ?? {}),
    },
  };
}

/** An archive of `docker save`: a path on the host itself, or bytes streamed to it. */
export type Archive = { path: string } | { stream: () => Readable };

/** Loads an archive unless its image is there already, and holds it to the ID expected. */
export async function loadImage(host: Host, archive: Archive, id: string): Promise<Image> {
  const present = await inspectImage(host, id);
  if (present) return present;
  const near = "path" in archive;
  const said = await docker(host, ["load", ...(near ? ["--input", archive.path] : [])], {
    what: `load image ${id}`,
    effect: `docker load ${id}`,
    timeout: IMAGE_WAIT,
    ...(!near && { input: archive.stream() }),
  });
  const loaded = await inspectImage(host, id);
  if (loaded) return loaded;
  const message = `docker: the archive does not hold image ${id}; loading it said: ${said?.trim()}`;
  throw new HostError("failed", host.name, message, "make the archive anew, or correct the image ID");
}

/** Pulls by digest; nothing is asked of the registry where the host has it. */
export async function pullImage(host: Host, reference: string): Promise<Image> {
  const present = await inspectImage(host, reference);
  if (present) return present;
  await docker(host, ["pull", "--quiet", reference], {
    what: `pull ${reference}`,
    effect: `docker pull ${reference}`,
    timeout: IMAGE_WAIT,
    known: [
      {
        pattern: /server gave HTTP response to HTTPS client/i,
        hint: "add the registry to the host's insecure-registries",
      },
      { pattern: /manifest unknown|not found/i, hint: "push that digest to the registry first" },
    ],
  });
  const pulled = await inspectImage(host, reference);
  if (!pulled) throw new HostError("failed", host.name, `docker: ${reference} is not there after its pull`);
  return pulled;
}

/** Removes an image; absent is fine, one in use is refused with the container that uses it. */
export async function removeImage(host: Host, reference: string): Promise<void> {
  await docker(host, ["image", "rm", reference], {
    what: `remove image ${reference}`,
    effect: `docker image rm ${reference}`,
    absent: /No such image/i,
    known: [{ pattern: /being used by|is using its/i, hint: "remove the container that Docker names first" }],
  });
}
