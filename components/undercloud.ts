import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "./machine";
import { Node } from "./node";

export interface UndercloudArgs {
  nodes: Readonly<Record<string, Machine>>;
  registryAddress: string;
}

/** The machines OpenStack will run on, ready for it. */
export class Undercloud extends pulumi.ComponentResource {
  constructor(name: string, args: UndercloudArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Undercloud", name, {}, options);
    for (const [node, machine] of Object.entries(args.nodes)) {
      new Node(`${name}-${node}`, { machine, registries: [args.registryAddress] }, { parent: this });
    }
    this.registerOutputs({});
  }
}
