import { readFileSync } from "node:fs";
import { z } from "zod";
import { digestSchema } from "../../lib/content/form";
import type { Ledger } from "../../lib/host/ledger";
import type { RegistryClient, RegistryOptions } from "../../lib/oci/client";
import { isRegistryAddress, isRepository, isTag } from "../../lib/oci/reference";

/** How to reach a registry. Plain configuration: a registry that moves keeps what it serves. */
export const registrySchema = z.strictObject({
  /** What the site calls it; its address where absent. */
  name: z.string().min(1).optional(),
  /** `host:port`, without a scheme. */
  address: z.string().refine(isRegistryAddress, "host:port, without a scheme"),
  /** Plain HTTP, only where this says so. */
  insecure: z.boolean().default(false),
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  /** PEM file of the authority that signed its certificate, relative to the project directory. */
  ca: z.string().min(1).optional(),
});

export type Registry = z.output<typeof registrySchema>;

/** The way to a registry, as a program writes it. */
export type RegistryReach = z.input<typeof registrySchema>;

/** What names a place for a manifest in a registry. */
export const tagArguments = {
  /** The registry that serves it. */
  registry: registrySchema,
  /** Where in the registry, without its address. */
  repository: z.string().refine(isRepository, "a repository of lower-case words, for example site/hello"),
  tag: z.string().refine(isTag, "a tag of letters, digits, dots and dashes"),
};

/** What names a manifest in a registry. */
export const manifestArguments = {
  ...tagArguments,
  /** The manifest's digest, planned: what the tag stands for. */
  digest: digestSchema,
};

export const platformSchema = z.strictObject({
  os: z.string().min(1).default("linux"),
  architecture: z.string().min(1),
  variant: z.string().min(1).optional(),
});

export async function clientOf(registry: Registry): Promise<RegistryClient> {
  const { sharedClient } = await import("../../lib/oci/clients");
  return sharedClient(reachOf(registry));
}

/** A registry as `lib/oci` knows it. */
export function reachOf({ name: _name, username, password, ca, ...rest }: Registry): RegistryOptions {
  const authority = ca && { ca: readFileSync(ca, "utf8") };
  return { ...rest, ...(username && { username }), ...(password && { password }), ...authority };
}

interface Named {
  registry: Registry;
  repository: string;
  tag: string;
}

/** What every kind has in common that stands in a registry, its ownership mark beside it. */
export const inRegistry = {
  where: ({ registry }: Named): string => registry.name ?? registry.address,
  identity: ({ repository, tag }: Named): string => `${repository}:${tag}`,
  async ledger({ registry }: Named): Promise<Ledger> {
    const { RegistryLedger } = await import("../../lib/oci/registry-ledger");
    return new RegistryLedger(await clientOf(registry));
  },
};
