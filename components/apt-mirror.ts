import * as pulumi from "@pulumi/pulumi";
import { Mirror } from "../providers/apt/mirror";
import { Published } from "../providers/apt/published";
import type { SiteKey } from "../providers/apt/site-key";
import { Snapshot } from "../providers/apt/snapshot";
import { type Machine, on } from "./machine";

/** A mirror as it was planned. */
export interface MirrorPlan {
  name: string;
  /** Where it holds some packages only. */
  selection?: { packages: string[]; recommends: boolean; bootstrap: boolean };
  suites: {
    uri: string;
    suite: string;
    components: string[];
    architectures: string[];
    sources: boolean;
    trust: { keyrings: string[]; fingerprints?: string[] | undefined } | { pinned: string };
    head: string;
    files: number;
    bytes: number;
  }[];
  adoptTree?: string;
  /** As PEM. */
  ca?: string;
  keep: number | { days: number };
  /** States that stay, by name. */
  snapshots: Readonly<Record<string, string>>;
  /** An earlier state, by its manifest. */
  serve?: string;
}

export interface AptMirrorArgs {
  /** Where the content is kept. */
  machine: Machine;
  store: string;
  mirror: MirrorPlan;
  /** Signs a mirror of selected packages. */
  key?: SiteKey | undefined;
}

/** Suites of apt archives in a store, and what clients see of them. */
export class AptMirror extends pulumi.ComponentResource {
  /** The state it has. */
  readonly manifest: pulumi.Output<string>;
  readonly published: Published;

  constructor(name: string, args: AptMirrorArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:AptMirror", name, {}, options);
    const { machine, store, mirror, key } = args;
    const { serve, selection, snapshots, ...planned } = mirror;
    const signed = selection && key && { ...selection, signWith: { home: key.home, fingerprint: key.fingerprint } };
    const at = { host: machine.connection, store, name: mirror.name };
    const kept = Object.entries(snapshots).map(([called, manifest]) => {
      const args = { ...at, name: `${mirror.name}.${called}`, manifest };
      return new Snapshot(`${name}-snapshot-${called}`, args, on(machine, this));
    });
    // After them: a state that this run would let go stays.
    const content = new Mirror(name, { ...at, ...planned, ...signed }, on(machine, this, ...kept));
    this.manifest = content.manifest;
    this.published = new Published(
      `${name}-served`,
      { ...at, manifest: serve ?? content.manifest, ...(mirror.ca === undefined ? {} : { ca: mirror.ca }) },
      on(machine, this, content),
    );
    this.registerOutputs({ manifest: content.manifest });
  }
}
