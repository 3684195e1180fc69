import * as pulumi from "@pulumi/pulumi";
import { DockerSettings } from "../providers/host/docker-settings";
import { Service } from "../providers/host/service";
import { type Machine, on } from "./machine";

export interface NodeArgs {
  machine: Machine;
  /** `host:port` of registries without TLS that its Docker may pull from. */
  registries: string[];
}

/** What every host of the site needs before anything runs on it: a Docker that starts at boot and knows the registry. */
export class Node extends pulumi.ComponentResource {
  constructor(name: string, { machine, registries }: NodeArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Node", name, {}, options);
    const host = machine.connection;
    const docker = new Service(`${name}-docker`, { host, unit: "docker.service" }, on(machine, this));
    new DockerSettings(
      `${name}-docker-settings`,
      { host, settings: { "insecure-registries": registries } },
      on(machine, this, docker),
    );
    this.registerOutputs({});
  }
}
