import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import type { ServedBefore } from "../../lib/content/served-before";
import type { PlaneName } from "../../lib/host/planes";
import type { Context } from "../resource";
import { beside, type storeArguments } from "./on-store";

interface Place {
  host: z.output<typeof storeArguments.host>;
  store: string;
  name: string;
  ca?: string | undefined;
}

/** What is served of a plane: a manifest, and what else the plane is told of the tree's form. */
export interface Shown<Layout> {
  manifest: string;
  layout: Layout;
}

/** What a web server hands out. */
export const directoryOf = ({ store, name }: Place): string => `${store}/served/${name}`;

/** What clients see under a name; a file that was touched by hand is told in the place of the manifest. */
export async function look<Layout>({ host, store, name }: Place, context: Context): Promise<Shown<Layout> | undefined> {
  const { served } = await import("../../lib/host/jobs/serve");
  const found = await beside(host, served, { store, name }, context);
  if (!found) return undefined;
  const { manifest, layout, touched } = found;
  const [first] = touched;
  const told = first === undefined ? manifest : `touched by hand: ${first}${more(touched.length - 1)}`;
  return { manifest: told, layout: layout as Layout };
}

export async function show<Layout>(
  plane: PlaneName,
  { host, store, name, ca }: Place,
  { manifest, layout }: Shown<Layout>,
  observed: unknown,
  context: Context,
): Promise<void> {
  if (isDeepStrictEqual(observed, { manifest, layout })) return;
  const { serveManifest } = await import("../../lib/host/jobs/serve");
  const order = { store, name, plane, manifest: manifest as Digest, layout, ...(ca === undefined ? {} : { ca }) };
  await beside(host, serveManifest, order, context);
}

/** What is served under a name that is taken over. */
export async function remember({ host, store, name }: Place, context: Context): Promise<unknown> {
  const { servedBefore } = await import("../../lib/host/jobs/serve");
  return beside(host, servedBefore, { store, name }, context);
}

/** Takes what is served away, or puts back what was served before. */
export async function hide(
  plane: PlaneName,
  { host, store, name }: Place,
  before: unknown,
  context: Context,
): Promise<void> {
  const { serveBefore, unserveName } = await import("../../lib/host/jobs/serve");
  if (before === null) await beside(host, unserveName, { store, name }, context);
  else await beside(host, serveBefore, { store, name, plane, before: before as ServedBefore }, context);
}

const more = (count: number): string => (count > 0 ? ` and ${count} more` : "");
