import { RegistryClient, type RegistryOptions } from "../lib/oci/client";
import type { ListChild } from "../lib/oci/list";
import { resolveImages } from "../lib/oci/resolve";
import { inParallel } from "../lib/parallel";

/** One name in a registry, and the architectures wanted of it. */
export interface Sought {
  /** Its name in the stack file; absent for the site's own. */
  registry?: string;
  repository: string;
  /** A tag or a digest. */
  reference: string;
  architectures: readonly string[];
}

/** For each name sought, in order: the image for each architecture, or null where it is proven absent. */
export type Offered = Record<string, ListChild | null>[];

const AT_ONCE = 16;
/** A plan is made while a person waits. */
const PATIENCE = { timeout: 15_000, attempts: 2 };

/** What the registries hold under these names now. One that does not answer is an error, never a hole. */
export async function lookUpstream(
  sought: readonly Sought[],
  reach: (registry: string | undefined) => RegistryOptions,
): Promise<Offered> {
  const clients = new Map<string | undefined, RegistryClient>();
  const clientOf = (registry: string | undefined) => {
    const client = clients.get(registry) ?? new RegistryClient({ ...reach(registry), ...PATIENCE });
    clients.set(registry, client);
    return client;
  };
  try {
    return await inParallel(sought, AT_ONCE, async ({ registry, repository, reference, architectures }) => {
      const found = await resolveImages(clientOf(registry), repository, reference, architectures);
      return Object.fromEntries(architectures.map((each) => [each, found?.get(each) ?? null]));
    });
  } finally {
    await Promise.all([...clients.values()].map((client) => client.close()));
  }
}
