import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "../providers/host/on-host";

/** A host as components pass it on: the way to it as plain values, and the resource behind it where this stack made it. */
export interface Machine {
  connection: ConnectionArgs;
  resource?: pulumi.Resource;
}

/** Options for what stands on a machine: made after it, and gone with it. */
export function on({ resource }: Machine, parent: pulumi.Resource, ...after: pulumi.Resource[]) {
  const dependsOn = resource ? [resource, ...after] : after;
  return { parent, dependsOn, ...(resource && { deletedWith: resource }) } satisfies pulumi.CustomResourceOptions;
}
