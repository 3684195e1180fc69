import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type AptSource, debianSources } from "../../../lib/debian/apt-source";
import type { Architecture } from "../../../lib/debian/emulation";
import { LocalHost } from "../../../lib/host/local";
import { planBase } from "../../../lib/oci/base/recipe";
import { BaseImage } from "../../../providers/oci/base-image";
import { DynamicProvider, type Values } from "../../support/dynamic-provider";
import { startRegistry, type TestRegistry } from "../../support/registry";
import { ResourceState } from "../../support/state";

const local = new LocalHost();

export const run = (...[command = "", ...args]: string[]): string => execFileSync(command, args, { encoding: "utf8" });

/** Files that go while it looks are none of its business. */
const FIND = 'find "$1" -path "*/usr/bin/dpkg" 2>/dev/null || true';

/** Polls for two minutes. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 120_000; !condition(); await setTimeout(200)) {
    if (Date.now() > end) throw new Error(`not within two minutes: ${what}`);
  }
}

/** The provider's process, with a cache of its own. */
async function provide(cache: string): Promise<DynamicProvider> {
  const before = process.env["XDG_CACHE_HOME"];
  process.env["XDG_CACHE_HOME"] = cache;
  try {
    return await DynamicProvider.start(BaseImage.definition.kind);
  } finally {
    if (before === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before;
  }
}

/** A registry, a cache and a provider of their own, and Debian from the mirrors of this machine. */
export class Bakery {
  private constructor(
    readonly registry: TestRegistry,
    private readonly caches: string,
  ) {}

  static async open(): Promise<Bakery> {
    return new Bakery(await startRegistry(), await mkdtemp(join(tmpdir(), "bakery-")));
  }

  async close(): Promise<void> {
    await this.registry.close();
    await rm(this.caches, { recursive: true });
  }

  /** Brings the kind up with these arguments, the image made anew, and returns the state. */
  async up(args: Values, cache = this.cache()): Promise<ResourceState> {
    const provider = await provide(await cache);
    try {
      const state = new ResourceState(BaseImage.definition, "bakery", String(args["tag"]));
      expect(await state.up(provider, args)).toBe("create");
      expect(await state.up(provider, args)).toBe("same");
      return state;
    } finally {
      await provider.stop();
    }
  }

  /** Begins the same and ends the provider as by kill -9 once the root has its first programs. */
  async killed(args: Values, cache: string): Promise<void> {
    const provider = await provide(cache);
    const state = new ResourceState(BaseImage.definition, "bakery", String(args["tag"]));
    const lost = expect(state.up(provider, args)).rejects.toThrow();
    await eventually(() => run("sh", "-c", FIND, "sh", cache) !== "", "a root with dpkg in it");
    provider.process.signal("SIGKILL");
    await lost;
    await provider.stop();
  }

  cache(): Promise<string> {
    return mkdtemp(join(this.caches, "cache-"));
  }

  /** A minimal Debian 13, as planned now. */
  trixie(architecture: Architecture, tag: string): Promise<Values> {
    return this.debian("trixie", architecture, tag);
  }

  async debian(release: "bookworm" | "trixie", architecture: Architecture, tag: string): Promise<Values> {
    const [mirror] = await debianSources(local, release);
    // Its updates reach a mirror for one architecture before another, and are none of the tests' business.
    const sources = [{ ...mirror, suites: [release] }] as AptSource[];
    const spec = { architecture, sources, variant: "minbase", packages: ["ca-certificates"], labels: {} };
    const { recipe } = await planBase(local, spec);
    const registry = { address: this.registry.address, insecure: true };
    return { ...spec, host: { kind: "local" }, registry, repository: "real/debian", tag, recipe };
  }

  /** What skopeo, asking for that architecture, finds in the configuration, and the names in the one layer. */
  async fetched(architecture: Architecture, tag: string): Promise<{ config: Values; names: string[] }> {
    const target = join(await mkdtemp(join(this.caches, "fetched-")), "image");
    const from = `docker://${this.registry.address}/real/debian:${tag}`;
    run("skopeo", "--override-arch", architecture, "copy", "-q", "--src-tls-verify=false", from, `dir:${target}`);
    const config = JSON.parse(run("skopeo", "inspect", "--config", "--raw", `dir:${target}`)) as Values;
    const { layers } = JSON.parse(run("cat", `${target}/manifest.json`)) as { layers: [{ digest: string }] };
    const names = run("tar", "-tzf", `${target}/${layers[0].digest.replace("sha256:", "")}`).split("\n");
    return { config, names };
  }
}
