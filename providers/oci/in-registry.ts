import { z } from "zod";
import type { Ledger } from "../../lib/host/ledger";
import type { RegistryClient } from "../../lib/oci/client";

/** How to reach a registry. Plain configuration: a registry that moves keeps what it serves. */
export const registrySchema = z.strictObject({
  /** What the site calls it; its address where absent. */
  name: z.string().min(1).optional(),
  /** `host:port`, without a scheme. */
  address: z.string().regex(/^[a-z0-9.[\]:-]+$/i, "host:port, without a scheme"),
  /** Plain HTTP, only where this says so. */
  insecure: z.boolean().default(false),
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
});

export type Registry = z.output<typeof registrySchema>;

export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits");

/** What names a manifest in a registry. */
export const manifestArguments = {
  /** The registry that serves it. */
  registry: registrySchema,
  /** Where in the registry, without its address. */
  repository: z
    .string()
    .regex(/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/, "a repository of lower-case words, for example site/hello"),
  tag: z.string().regex(/^\w[\w.-]{0,127}$/, "a tag of letters, digits, dots and dashes"),
  /** The manifest's digest, planned: what the tag stands for. */
  digest: digestSchema,
};

export const platformSchema = z.strictObject({
  os: z.string().min(1).default("linux"),
  architecture: z.string().min(1),
  variant: z.string().min(1).optional(),
});

const clients = new Map<string, RegistryClient>();

/** One client for each registry and process: its connections and tokens are shared. */
export async function clientOf(registry: Registry): Promise<RegistryClient> {
  const { RegistryClient } = await import("../../lib/oci/client");
  const { name: _name, username, password, ...rest } = registry;
  const key = JSON.stringify(registry);
  const known = clients.get(key);
  if (known) return known;
  const client = new RegistryClient({ ...rest, ...(username && { username }), ...(password && { password }) });
  clients.set(key, client);
  return client;
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
