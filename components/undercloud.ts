import * as pulumi from "@pulumi/pulumi";
import { PipConfig } from "../providers/host/pip-config";
import { AptClient, type ClientPlan } from "./apt-client";
import { type Machine, on } from "./machine";
import { Node, type RegistryTrust } from "./node";

export interface UndercloudArgs {
  nodes: Readonly<Record<string, Machine>>;
  registry: RegistryTrust;
  /** By node: what it installs from, if from the site's mirrors. */
  packages?: Readonly<Record<string, ClientPlan>> | undefined;
  /** By node: the index its pip and uv ask. */
  indexes?: Readonly<Record<string, string>> | undefined;
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
      const index = args.indexes?.[node];
      const { publicKey } = args;
      if (client) new AptClient(`${name}-${node}-apt`, { machine, publicKey, ...client }, { parent: this });
      if (index !== undefined) {
        new PipConfig(`${name}-${node}-pip`, { host: machine.connection, index }, on(machine, this));
      }
    }
    this.registerOutputs({});
  }
}
