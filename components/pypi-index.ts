import * as pulumi from "@pulumi/pulumi";
import { Index } from "../providers/pypi/index";
import { Published } from "../providers/pypi/published";
import { Wheel } from "../providers/pypi/wheel";
import { type Machine, on } from "./machine";

interface Target {
  python: string;
  architecture: "x86_64" | "aarch64" | "s390x";
  glibc: string;
}

/** An index as it was planned. */
export interface IndexPlan {
  name: string;
  upstream: string;
  /** Beside the program. */
  lists: string[];
  targets: Target[];
  directory?: string;
  /** As PEM. */
  ca?: string;
  /** What is built where there is no wheel, and on which host. */
  wheels: {
    name: string;
    builder: string;
    sdist: { url: string; filename: string; digest: string; size: number };
    target: Target;
  }[];
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
  /** By name: those that build wheels. */
  builders: Readonly<Record<string, Machine>>;
}

/** Python packages in a store, and what pip and uv see of them. */
export class PypiIndex extends pulumi.ComponentResource {
  /** The state it has. */
  readonly manifest: pulumi.Output<string>;

  constructor(name: string, args: PypiIndexArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:PypiIndex", name, {}, options);
    const { machine, store, index } = args;
    const { serve, holes, wheels, ...planned } = index;
    const at = { host: machine.connection, store, name: index.name };
    const built = wheels.map((wheel) => this.build(`${name}-${wheel.name}`, args, wheel));
    const own = built.length === 0 ? {} : { wheels: byFilename(built) };
    const content = new Index(name, { ...at, ...planned, ...own, missing: holes.length }, on(machine, this, ...built));
    this.manifest = content.manifest;
    new Published(
      `${name}-served`,
      { ...at, manifest: serve ?? content.manifest, ...trustOf(index) },
      on(machine, this, content),
    );
    this.registerOutputs({ manifest: content.manifest });
  }

  private build(
    called: string,
    { machine, store, index, builders }: PypiIndexArgs,
    wheel: IndexPlan["wheels"][number],
  ) {
    const { builder: host, ...planned } = wheel;
    const builder = builders[host];
    if (!builder) throw new Error(`no host "${host}" to build ${wheel.name}`);
    const args = { host: machine.connection, store, builder: builder.connection, ...planned, ...trustOf(index) };
    return new Wheel(called, args, on(machine, this, ...(builder.resource ? [builder.resource] : [])));
  }
}

const trustOf = ({ ca }: IndexPlan) => (ca === undefined ? {} : { ca });

/** A wheel without native parts may be built for several targets: one of them stands for all. */
function byFilename(wheels: readonly Wheel[]): pulumi.Output<Record<string, string>> {
  return pulumi
    .all(wheels.map(({ filename, digest }) => pulumi.all([filename, digest])))
    .apply((pairs) => Object.fromEntries([...pairs].reverse()));
}
