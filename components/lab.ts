import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "../providers/host/on-host";
import { Host } from "../providers/lab/host";
import type { Machine } from "./machine";

export interface LabArgs {
  /** The machine whose Docker runs the lab. */
  host: ConnectionArgs;
  /** Every host by name; those with `lab` are made here. */
  hosts: Record<
    string,
    { connection: ConnectionArgs; lab?: Omit<ConstructorParameters<typeof Host>[1], "host" | "name"> }
  >;
}

/** Hosts of the site: those of the lab are made, those that exist are passed on as they are. */
export class Lab extends pulumi.ComponentResource {
  readonly machines: Readonly<Record<string, Machine>>;

  constructor(name: string, args: LabArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Lab", name, {}, options);
    this.machines = Object.fromEntries(
      Object.entries(args.hosts).map(([host, { connection, lab }]) => [
        host,
        lab
          ? {
              connection,
              resource: new Host(`${name}-${host}`, { ...lab, name: host, host: args.host }, { parent: this }),
            }
          : { connection },
      ]),
    );
    this.registerOutputs({});
  }
}
