import * as pulumi from "@pulumi/pulumi";
import { AptClient, type ClientPlan } from "./apt-client";
import type { Machine } from "./machine";
import { Node, type RegistryTrust } from "./node";

export interface UndercloudArgs {
  nodes: Readonly<Record<string, Machine>>;
  registry: RegistryTrust;
  /** By node: what it installs from, if from the site's mirrors. */
  packages?: Readonly<Record<string, ClientPlan>> | undefined;
  /** What signs the packages that were selected for the site. */
  publicKey?: pulumi.Input<string> | undefined;
}

/** The machines OpenStack will run on, ready for it. */
export class Undercloud extends pulumi.ComponentResource {
  constructor(name: string, args: UndercloudArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Undercloud", name, {}, options);
    for (const [node, machine] of Object.entries(args.nodes)) {
      new Node(`${name}-${node}`, { machine, registry: args.registry }, { parent: this });
      const client = args.packages?.[node];
      const { publicKey } = args;
      if (client) new AptClient(`${name}-${node}-apt`, { machine, publicKey, ...client }, { parent: this });
    }
    this.registerOutputs({});
  }
}
