import { canonicalJson, type Digest, digestOf } from "../../content/digest";
import { type AptSource, sourceLines } from "../../debian/apt-source";
import type { Architecture } from "../../debian/emulation";
import { readSnapshot, type Snapshot } from "../../debian/snapshot";
import type { Host } from "../../host/host";
import type { RunConfig } from "../build";

/** What a base image is to be. */
export interface BaseSpec {
  architecture: Architecture;
  variant: string;
  sources: readonly AptSource[];
  /** Beside those of the variant. */
  packages: readonly string[];
  labels: Readonly<Record<string, string>>;
  /** What the sources will hold, where that is known before they do: they are mirrors of the same site. */
  snapshot?: string | undefined;
}

export interface BasePlan {
  /** Digest over all that decides the image's bytes; the machine's tools excepted. */
  recipe: Digest;
  /** What the archives hold now: the sum of each release file and keyring. */
  snapshot: Snapshot["sums"];
}

/** What the image would be made from now, as apt on that host sees the archives. Writes nothing. */
export async function planBase(host: Host, spec: BaseSpec, signal?: AbortSignal): Promise<BasePlan> {
  const snapshot = await readSnapshot(host, spec.sources, signal);
  return { recipe: recipeOf(spec, snapshot), snapshot: snapshot.sums };
}

/** Sources that are planned by a snapshot need not be asked what they hold. */
export function recipeOf(spec: BaseSpec, { sums }: { sums: Snapshot["sums"] }): Digest {
  return digestOf(canonicalJson({ snapshot: spec.snapshot ?? sums, run: runConfig(spec), ...bootstrapOf(spec) }));
}

export function runConfig({ labels }: BaseSpec): RunConfig {
  const env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
  return { Cmd: ["/bin/sh"], Env: env, ...(Object.keys(labels).length > 0 && { Labels: { ...labels } }) };
}

const HELD = `cd "$1"/var/lib/apt/lists && printf %s "$RELEASES" | sha256sum --check --strict --status ||
  { echo "E: the archives have changed meanwhile, run pulumi up again" >&2; exit 1; }`;

/** The part of the recipe that mmdebstrap carries out. */
export function bootstrapOf({ architecture, variant, packages, sources }: BaseSpec) {
  const keyrings = sources.flatMap(({ signedBy }) => signedBy ?? []);
  // Nothing runs in a root that is extracted only, so no other hook comes after.
  const last = variant === "extract" ? "--extract-hook" : "--customize-hook";
  const options = [
    // Device nodes are the container engine's to make, and not everyone who unpacks a layer may.
    "--skip=output/dev",
    // Looked at before, without a further package.
    "--skip=check/qemu",
    `--extract-hook=${HELD}`,
    // So that apt works in the image as well.
    ...keyrings.map((path) => `${last}=[ -e "$1${path}" ] || install -D -m 0644 ${path} "$1${path}"`),
    // What is the building machine's: options such as a proxy, its name, its resolvers.
    `${last}=rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/hostname "$1"/etc/resolv.conf`,
  ];
  return { architecture, variant, packages: [...new Set(packages)].sort(), sources: sourceLines(sources), options };
}
