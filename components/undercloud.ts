import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "./machine";
import { Node, type RegistryTrust } from "./node";

export interface UndercloudArgs {
  nodes: Readonly<Record<string, Machine>>;
  registry: RegistryTrust;
}

/** The machines OpenStack will run on, ready for it. */
export class Undercloud extends pulumi.ComponentResource {
  constructor(name: string, args: UndercloudArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Undercloud", name, {}, options);
    for (const [node, machine] of Object.entries(args.nodes)) {
      new Node(`${name}-${node}`, { machine, registry: args.registry }, { parent: this });
    }
    this.registerOutputs({});
  }
}
