import * as pulumi from "@pulumi/pulumi";
import { Container } from "../providers/host/container";
import { File } from "../providers/host/file";
import type { ConnectionArgs } from "../providers/host/on-host";
import { BaseImage } from "../providers/oci/base-image";
import type { RegistryReach } from "../providers/oci/in-registry";
import type { PlannedSet } from "./image-set";
import { type Machine, on } from "./machine";

/** What stands on a host for a web server: planned, so that a changed option is a changed input. */
export interface WebServerPlan {
  ports: { host: number; container: number }[];
  file: { path: string; content: string };
  command: string[];
  volumes: { source: string; target: string; readOnly: boolean }[];
  ready: { port: number; path: string; status: number };
  revision: string;
  image: { base: PlannedSet["bases"][number] } | { reference: string };
}

export interface WebServerArgs {
  machine: Machine;
  /** Where its image is made. */
  builder: ConnectionArgs;
  /** Where its image goes, and is pulled from. */
  registry: RegistryReach;
  server: WebServerPlan;
}

const REPOSITORY = "openstack-site/nginx";

/** nginx on a host, over a directory it can only read. */
export class WebServer extends pulumi.ComponentResource {
  readonly container: Container;

  constructor(name: string, args: WebServerArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:WebServer", name, {}, options);
    const { machine, server } = args;
    const host = machine.connection;
    const file = new File(`${name}-config`, { host, ...server.file }, on(machine, this));
    this.container = new Container(
      name,
      {
        host,
        name: "web",
        image: this.image(name, args),
        command: server.command,
        restart: "always",
        ports: server.ports,
        volumes: server.volumes,
        // It reads whatever the modes say, and can write nothing; its workers set their groups.
        capabilities: { add: ["DAC_READ_SEARCH", "SETGID"], drop: ["ALL"] },
        // It reads its file when it starts: another file is another container.
        labels: { "openstack-site.revision": server.revision },
        logRotation: { maxSize: "10m", maxFiles: 3 },
        ready: server.ready,
      },
      on(machine, this, file),
    );
    this.registerOutputs({});
  }

  private image(name: string, { builder, registry, server: { image } }: WebServerArgs): pulumi.Input<string> {
    if ("reference" in image) return image.reference;
    const made = { host: builder, registry, repository: REPOSITORY, ...image.base };
    return new BaseImage(`${name}-image`, made, { parent: this }).reference;
  }
}
