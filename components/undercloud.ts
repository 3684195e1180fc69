import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "./machine";
import { Node } from "./node";

export interface UndercloudArgs {
  nodes: Readonly<Record<string, Machine>>;
  registryAddress: string;
}

/** The machines OpenStack will run on, ready for it. */
export class Undercloud extends pulumi.ComponentResource {
  readonly parts: pulumi.Resource[];

  constructor(name: string, args: UndercloudArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Undercloud", name, {}, options);
    this.parts = Object.entries(args.nodes).map(
      ([node, machine]) =>
        new Node(`${name}-${node}`, { machine, registries: [args.registryAddress] }, { parent: this }),
    );
    this.registerOutputs({});
  }
}
