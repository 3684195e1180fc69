import * as pulumi from "@pulumi/pulumi";
import { Collections } from "../providers/source/collections";
import { Files } from "../providers/source/files";
import { Tree } from "../providers/source/tree";
import { type Machine, on } from "./machine";

/** What has no index that vouches for it, as it was planned. */
export type SourcePlan = { name: string; ca?: string | undefined } & (
  | { tree: TreeOrigin | { archive: string; digest: string } }
  | { files: { url: string; digest: string; path: string; size?: number | undefined }[] }
  | { collections: { url: string; digest: string; size?: number | undefined }[] }
);

interface TreeOrigin {
  git: string;
  commit: string;
  history: boolean;
  python?: { name: string; version: string } | undefined;
}

export interface SourcesArgs {
  /** Where the content is kept. */
  machine: Machine;
  store: string;
  /** Where it is served. */
  url: string;
  sources: readonly SourcePlan[];
}

/** Source trees, files and collections in a store, as clients see them. */
export class Sources extends pulumi.ComponentResource {
  /** By name: of a tree its archive, of the others the directory. */
  readonly addresses: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: SourcesArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Sources", name, {}, options);
    const made = args.sources.map(
      (source) => [source.name, this.make(`${name}-${source.name}`, args, source)] as const,
    );
    this.addresses = Object.fromEntries(made);
    this.registerOutputs({});
  }

  private make(called: string, { machine, store, url }: SourcesArgs, plan: SourcePlan): pulumi.Output<string> {
    const { name, ca } = plan;
    const at = { host: machine.connection, store, name, ...(ca === undefined ? {} : { ca }) };
    const address = `${url}/${name}`;
    const options = on(machine, this);
    if ("tree" in plan) {
      const { tarball } = new Tree(called, { ...at, origin: plan.tree }, options);
      return pulumi.interpolate`${address}/${tarball}`;
    }
    const made =
      "files" in plan
        ? new Files(called, { ...at, files: plan.files }, options)
        : new Collections(called, { ...at, address, collections: plan.collections }, options);
    // Known when it is served.
    return made.manifest.apply(() => `${address}/`);
  }
}
