import * as pulumi from "@pulumi/pulumi";
import { Mirror } from "../providers/apt/mirror";
import { Published } from "../providers/apt/published";
import { type Machine, on } from "./machine";

/** A mirror as it was planned. */
export interface MirrorPlan {
  name: string;
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
  keep: number;
  /** An earlier state, by its manifest. */
  serve?: string;
}

export interface AptMirrorArgs {
  /** Where the content is kept. */
  machine: Machine;
  store: string;
  mirror: MirrorPlan;
}

/** Suites of apt archives in a store, and what clients see of them. */
export class AptMirror extends pulumi.ComponentResource {
  /** The state it has. */
  readonly manifest: pulumi.Output<string>;
  readonly published: Published;

  constructor(name: string, { machine, store, mirror }: AptMirrorArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:AptMirror", name, {}, options);
    const { serve, ...planned } = mirror;
    const at = { host: machine.connection, store, name: mirror.name };
    const content = new Mirror(name, { ...at, ...planned }, on(machine, this));
    this.manifest = content.manifest;
    this.published = new Published(
      `${name}-served`,
      { ...at, manifest: serve ?? content.manifest },
      on(machine, this, content),
    );
    this.registerOutputs({ manifest: content.manifest });
  }
}
