import * as pulumi from "@pulumi/pulumi";
import { Index } from "../providers/pypi/index";
import { Published } from "../providers/pypi/published";
import { type Machine, on } from "./machine";

/** An index as it was planned. */
export interface IndexPlan {
  name: string;
  upstream: string;
  /** Beside the program. */
  lists: string[];
  targets: { python: string; architecture: "x86_64" | "aarch64" | "s390x"; glibc: string }[];
  directory?: string;
  /** As PEM. */
  ca?: string;
  onMissing: "fail" | "report";
  keep: number | { days: number };
  selection: string;
  files: number;
  bytes: number;
  /** What of its lists exists nowhere. */
  holes: string[];
  /** An earlier state, by its manifest. */
  serve?: string;
}

export interface PypiIndexArgs {
  /** Where the content is kept. */
  machine: Machine;
  store: string;
  index: IndexPlan;
}

/** Python packages in a store, and what pip and uv see of them. */
export class PypiIndex extends pulumi.ComponentResource {
  /** The state it has. */
  readonly manifest: pulumi.Output<string>;

  constructor(name: string, args: PypiIndexArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:PypiIndex", name, {}, options);
    const { machine, store, index } = args;
    const { serve, holes, ...planned } = index;
    const at = { host: machine.connection, store, name: index.name };
    const content = new Index(name, { ...at, ...planned, missing: holes.length }, on(machine, this));
    this.manifest = content.manifest;
    const trust = index.ca === undefined ? {} : { ca: index.ca };
    new Published(
      `${name}-served`,
      { ...at, manifest: serve ?? content.manifest, ...trust },
      on(machine, this, content),
    );
    this.registerOutputs({ manifest: content.manifest });
  }
}
