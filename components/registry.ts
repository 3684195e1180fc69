import * as pulumi from "@pulumi/pulumi";
import { Container } from "../providers/host/container";
import type { ConnectionArgs } from "../providers/host/on-host";
import { RegistryImage } from "../providers/lab/registry-image";
import { type Machine, on } from "./machine";

export interface RegistryArgs {
  machine: Machine;
  /** Where its image is made: this machine, which has Debian's packages at hand. */
  builder: ConnectionArgs;
  recipe: string;
  /** Address at which the site reaches it. */
  address: string;
  port: number;
}

/** A container registry on a host, its data in a volume that outlives it. */
export class Registry extends pulumi.ComponentResource {
  readonly container: Container;
  /** `host:port`: plain, so that what is pushed does not depend on the container it is pushed to. */
  readonly address: string;

  constructor(name: string, args: RegistryArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Registry", name, {}, options);
    const { machine, builder, recipe, port } = args;
    this.address = `${args.address}:${port}`;
    const image = new RegistryImage(
      `${name}-image`,
      { host: builder, recipe, usedBy: `${pulumi.getProject()}-${pulumi.getStack()}` },
      { parent: this },
    );
    this.container = new Container(
      name,
      {
        host: machine.connection,
        name: "registry",
        image: image.imageId,
        archive: image.archive,
        restart: "always",
        ports: [{ host: port, container: 5000 }],
        volumes: [{ source: "registry-data", target: "/var/lib/registry" }],
        logRotation: { maxSize: "10m", maxFiles: 3 },
        ready: { port, path: "/v2/" },
      },
      on(machine, this),
    );
    this.registerOutputs({ address: this.address });
  }
}
