import { z } from "zod";
import type { WantedCollection } from "../../lib/source/collections";
import { wantedCollections, webAddress } from "../../lib/source/schema";
import { beside } from "../content/on-store";
import { defineResource } from "../resource";
import { inOrderOf, onServed, servedArguments, servedBy, servedOutputs, standingOf, touchedByHand } from "./on-served";

const schema = z.object({
  ...servedArguments,
  /** Of the directory that is served, as clients see it: the index of a Galaxy names no other. */
  address: webAddress,
  /** With all they depend on. */
  collections: wantedCollections,
});

type Collection = z.output<typeof wantedCollections>[number];

/**
 * Ansible collections, served below `served/<name>` in a store as `ansible-galaxy` installs them: by name from
 * `<address>/api/`, or all by `requirements.yml`.
 */
export class Collections extends defineResource({
  kind: "source:Collections",
  schema,
  outputs: z.object(servedOutputs),
  ...onServed,

  async observe(wanted, context) {
    const found = await standingOf(wanted, "collections", context);
    if (!found) return undefined;
    const { asked, touched, manifest } = found;
    const stand = inOrderOf(wanted.collections, (asked["collections"] ?? []) as Collection[], ({ url }) => url);
    const harm = touched.length > 0 ? [{ url: "", digest: touchedByHand(touched) }] : [];
    return {
      args: { address: String(asked["address"] ?? ""), collections: [...stand, ...harm] },
      outputs: servedBy(wanted, manifest),
    };
  },

  async apply(wanted, observed, context) {
    const { sourceCollections } = await import("../../lib/host/jobs/source");
    const { isDeepStrictEqual } = await import("node:util");
    const { host, store, name, address, ca } = wanted;
    const collections = wanted.collections as WantedCollection[];
    if (observed && isDeepStrictEqual(observed.args, { address, collections })) return observed.outputs;
    const order = { store, name, address, collections, ...(ca === undefined ? {} : { ca }) };
    return servedBy(wanted, await beside(host, sourceCollections, order, context));
  },
}) {}
