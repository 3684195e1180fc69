import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "../providers/host/on-host";
import { ImageSet, type ImageSetArgs } from "./image-set";
import type { Machine } from "./machine";
import { Node } from "./node";
import { Registry } from "./registry";

export interface SeedArgs {
  machine: Machine;
  /** This machine, where images are made. */
  builder: ConnectionArgs;
  registry: { address: string; port: number; recipe: string };
  images: readonly Omit<ImageSetArgs, "registry">[];
}

/** What a site is fed from: the registry, and the images and lists in it. */
export class Seed extends pulumi.ComponentResource {
  readonly registryAddress: string;

  constructor(name: string, args: SeedArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Seed", name, {}, options);
    const { machine, builder, registry: planned } = args;
    const address = `${planned.address}:${planned.port}`;
    const node = new Node(`${name}-host`, { machine, registries: [address] }, { parent: this });
    const registry = new Registry(
      `${name}-registry`,
      { machine, builder, ...planned },
      { parent: this, dependsOn: [node] },
    );
    const reach = { name: `${name}-registry`, address, insecure: true };
    for (const image of args.images) {
      new ImageSet(
        `${name}-${image.repository.replaceAll("/", "-")}`,
        { ...image, registry: reach },
        { parent: this, dependsOn: [registry], ...(machine.resource && { deletedWith: machine.resource }) },
      );
    }
    this.registryAddress = registry.address;
    this.registerOutputs({ registry: registry.address });
  }
}
