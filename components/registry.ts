import * as pulumi from "@pulumi/pulumi";
import { Container } from "../providers/host/container";
import { File } from "../providers/host/file";
import type { ConnectionArgs } from "../providers/host/on-host";
import { RegistryImage } from "../providers/lab/registry-image";
import { type Machine, on } from "./machine";

/** What stands on a host for a registry: planned, so that a changed option is a changed input. */
export interface RegistryServer {
  port: number;
  version: 2 | 3;
  architecture?: string;
  files: readonly ({ name: string; path: string; mode: string; secret: boolean } & (
    | { content: string }
    | { source: string; digest: string }
  ))[];
  volumes: { source: string; target: string; readOnly?: boolean }[];
  env: Record<string, string>;
  ready: { port: number; path: string; status: number; tls: boolean };
  revision: string;
}

export interface RegistryArgs {
  machine: Machine;
  /** Where its image is made: this machine, which has the package archives at hand. */
  builder: ConnectionArgs;
  recipe: string;
  server: RegistryServer;
}

/** A container registry on a host, its data in a volume or directory that outlives it. */
export class Registry extends pulumi.ComponentResource {
  readonly container: Container;

  constructor(name: string, args: RegistryArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Registry", name, {}, options);
    const { machine, builder, recipe, server } = args;
    const { port, version, architecture } = server;
    const usedBy = `${pulumi.getProject()}-${pulumi.getStack()}`;
    const image = new RegistryImage(
      `${name}-image`,
      { host: builder, recipe, usedBy, version, ...(architecture !== undefined && { architecture }) },
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
        volumes: server.volumes,
        env: server.env,
        // It reads its files when it starts: other files are another container.
        labels: { "openstack-site.revision": server.revision },
        logRotation: { maxSize: "10m", maxFiles: 3 },
        ready: server.ready,
      },
      on(machine, this, ...this.files(name, args)),
    );
    this.registerOutputs({});
  }

  private files(name: string, { machine, server }: RegistryArgs): File[] {
    const { connection: host } = machine;
    return server.files.map(({ name: part, secret, ...file }) => {
      const hidden = secret && "content" in file ? { ...file, content: pulumi.secret(file.content) } : file;
      // The digest of a short secret gives it away.
      const additionalSecretOutputs = secret ? ["servedDigest"] : [];
      return new File(`${name}-${part}`, { host, ...hidden }, { ...on(machine, this), additionalSecretOutputs });
    });
  }
}
