import * as pulumi from "@pulumi/pulumi";
import { SiteKey } from "../providers/apt/site-key";
import { File } from "../providers/host/file";
import type { ConnectionArgs } from "../providers/host/on-host";
import type { RegistryReach } from "../providers/oci/in-registry";
import { AptMirror, type MirrorPlan } from "./apt-mirror";
import { type Machine, on } from "./machine";
import { type IndexPlan, PypiIndex } from "./pypi-index";
import { type SourcePlan, Sources } from "./sources";
import { WebServer, type WebServerPlan } from "./web-server";

/** What is served as files, as it was planned. */
export interface ContentPlan {
  store: string;
  web: WebServerPlan & { url: string };
  mirrors: MirrorPlan[];
  indexes: IndexPlan[];
  sources: readonly SourcePlan[];
  key?: { name: string; generation: number; keyring: string };
}

export interface ContentArgs {
  /** Where it is kept: a machine with a way to the upstreams. */
  keeper: Machine;
  /** Where it is served: a machine that sees the store under the same path. */
  server: Machine;
  builder: ConnectionArgs;
  /** By name: hosts that build wheels. */
  builders: Readonly<Record<string, Machine>>;
  /** Whether it makes images from what the mirrors hold. */
  builds: boolean;
  registry: RegistryReach;
  /** What the web server waits for, and what its image goes with. */
  within: pulumi.ComponentResourceOptions;
  plan: ContentPlan;
}

/** What comes as files over HTTP: mirrors and indexes in one store, and the web server in front of them. */
export class Content extends pulumi.ComponentResource {
  readonly url: string;
  /** Of the site, armored; where packages are selected. */
  readonly publicKey: pulumi.Output<string> | undefined;
  /** By name of the mirror: the state it has. */
  readonly mirrors: Readonly<Record<string, pulumi.Output<string>>>;
  /** By name of the index: the state it has. */
  readonly indexes: Readonly<Record<string, pulumi.Output<string>>>;
  /** By name of the source: its address. */
  readonly sources: Readonly<Record<string, pulumi.Output<string>>> = {};

  constructor(name: string, args: ContentArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Content", name, {}, options);
    const { keeper, server, builder, builders, registry, within, plan } = args;
    this.url = plan.web.url;
    const { url: _url, ...web } = plan.web;
    new WebServer(`${name}-web`, { machine: server, builder, registry, server: web }, { ...within, parent: this });
    const key = this.key(name, args);
    this.publicKey = key?.publicKey;
    const made = plan.mirrors.map((mirror) => {
      const called = `${name}-apt-${mirror.name}`;
      return [
        mirror.name,
        new AptMirror(called, { machine: keeper, store: plan.store, mirror, key }, { parent: this }),
      ] as const;
    });
    this.mirrors = Object.fromEntries(made.map(([mirror, { manifest }]) => [mirror, manifest]));
    const indexed = plan.indexes.map((index) => {
      const called = `${name}-pypi-${index.name}`;
      return [
        index.name,
        new PypiIndex(called, { machine: keeper, store: plan.store, index, builders }, { parent: this }),
      ] as const;
    });
    this.indexes = Object.fromEntries(indexed.map(([index, { manifest }]) => [index, manifest]));
    const { store, sources } = plan;
    if (sources.length > 0) {
      const made = new Sources(`${name}-sources`, { machine: keeper, store, url: this.url, sources }, { parent: this });
      this.sources = made.addresses;
    }
    this.registerOutputs({ url: this.url });
  }

  /** The site's key, and its public half where images are made from what it signs. */
  private key(name: string, { keeper, builder, builds, plan: { key } }: ContentArgs): SiteKey | undefined {
    if (!key) return undefined;
    const { keyring, ...named } = key;
    const made = new SiteKey(`${name}-key`, { host: keeper.connection, ...named }, on(keeper, this));
    const content = made.publicKey;
    if (builds) new File(`${name}-builder-keyring`, { host: builder, path: keyring, content }, { parent: this });
    return made;
  }
}
