import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import type { SourceKind } from "../../lib/source/manifest";
import { beside, onStore, storeArguments } from "../content/on-store";
import type { Context, Observed } from "../resource";

/** What every kind has in common that is served below `served/<name>` as it was asked for. */
export const servedArguments = {
  ...storeArguments,
  /** PEM of the authority that signed the servers' certificates, where the host does not know it. */
  ca: z.string().min(1).optional(),
  /** Removes the files, too, when this resource is deleted; those that something else names stay in any case. */
  deleteData: z.boolean().default(false),
};

const named = z.object(servedArguments);
type Named = z.output<typeof named>;

export const servedOutputs = {
  /** Digest of the list of what is served. */
  manifest: z.string(),
  /** What a web server hands out. */
  directory: z.string(),
};

export const servedBy = ({ store, name }: Pick<Named, "store" | "name">, manifest: string) => ({
  manifest,
  directory: `${store}/served/${name}`,
});

/** What is served now, and how it was asked for. */
export async function standingOf({ host, store, name }: Named, source: SourceKind, context: Context) {
  const { sourceStanding } = await import("../../lib/host/jobs/source");
  return (await beside(host, sourceStanding, { store, name, source }, context)) ?? undefined;
}

/** How a property reads whose bytes are no longer as they were put there. */
export const touchedByHand = ([first, ...more]: readonly string[]): string =>
  `touched by hand: ${first}${more.length > 0 ? ` and ${more.length} more` : ""}`;

/** Another order of the same is no difference. */
export function inOrderOf<T>(wanted: readonly T[], found: readonly T[], key: (each: T) => string): T[] {
  const place = new Map(wanted.map((each, at) => [key(each), at]));
  const of = (each: T) => place.get(key(each)) ?? wanted.length;
  return found.toSorted((a, b) => of(a) - of(b));
}

/** The verbs that do not depend on what is served. */
export const onServed = {
  ...onStore,

  async remember({ host, store, name }: Named, { outputs }: Observed<unknown, { manifest: string }>, context: Context) {
    const { sourceRemember } = await import("../../lib/host/jobs/source");
    return beside(host, sourceRemember, { store, name, manifest: outputs.manifest as Digest }, context);
  },

  async remove({ host, store, name, deleteData }: Named, before: unknown, context: Context): Promise<void> {
    const { sourceGiveUp } = await import("../../lib/host/jobs/source");
    await beside(host, sourceGiveUp, { store, name, deleteData, before: before as Digest | null }, context);
  },
};
