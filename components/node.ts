import * as pulumi from "@pulumi/pulumi";
import { DockerSettings } from "../providers/host/docker-settings";
import { File } from "../providers/host/file";
import { Service } from "../providers/host/service";
import { type Machine, on } from "./machine";

/** What a host's Docker must know of a registry to pull from it. */
export interface RegistryTrust {
  /** `host:port`. */
  address: string;
  /** Plain HTTP. */
  insecure: boolean;
  /** PEM file of the authority that signed its certificate, where hosts do not know that one. */
  authority?: { source: string; digest: string };
}

export interface NodeArgs {
  machine: Machine;
  /** What its Docker pulls from. */
  registry: RegistryTrust;
}

/** What every host of the site needs before anything runs on it: a Docker that starts at boot and knows the registry. */
export class Node extends pulumi.ComponentResource {
  constructor(name: string, { machine, registry }: NodeArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Node", name, {}, options);
    const host = machine.connection;
    const docker = new Service(`${name}-docker`, { host, unit: "docker.service" }, on(machine, this));
    if (registry.insecure) {
      new DockerSettings(
        `${name}-docker-settings`,
        { host, settings: { "insecure-registries": [registry.address] } },
        on(machine, this, docker),
      );
    }
    if (registry.authority) {
      const path = `/etc/docker/certs.d/${registry.address}/ca.crt`;
      new File(`${name}-registry-ca`, { host, path, ...registry.authority }, on(machine, this));
    }
    this.registerOutputs({});
  }
}
