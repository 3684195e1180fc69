import * as pulumi from "@pulumi/pulumi";
import { File } from "../providers/host/file";
import { type Machine, on } from "./machine";

export interface OvercloudArgs {
  deployMachine: Machine;
  /** kolla-ansible's groups, and the machines in them. */
  inventory: Readonly<Record<string, readonly string[]>>;
  machines: Readonly<Record<string, Machine>>;
}

/** OpenStack itself: so far the inventory from which it will be deployed. */
export class Overcloud extends pulumi.ComponentResource {
  constructor(name: string, args: OvercloudArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Overcloud", name, {}, options);
    new File(
      `${name}-inventory`,
      {
        host: args.deployMachine.connection,
        path: "/etc/kolla/inventory",
        content: renderInventory(args),
        mode: "0640",
      },
      on(args.deployMachine, this),
    );
    this.registerOutputs({});
  }
}

/** Ansible's INI inventory; hosts in the order given, groups as the site file has them. */
export function renderInventory({ inventory, machines }: Pick<OvercloudArgs, "inventory" | "machines">): string {
  const line = (host: string): string => {
    const connection = machines[host]?.connection;
    return connection?.kind === "ssh"
      ? `${host} ansible_host=${connection.address} ansible_user=${connection.user ?? "root"}`
      : host;
  };
  const groups = Object.entries(inventory).map(([group, hosts]) => [`[${group}]`, ...hosts.map(line)].join("\n"));
  return `${groups.join("\n\n")}\n`;
}
