import { z } from "zod";
import type { Digest } from "../../lib/content/digest";
import { digestSchema } from "../../lib/content/form";
import { keepSchema } from "../../lib/content/keep";
import type { IndexOrder } from "../../lib/pypi/build";
import type { IndexStanding } from "../../lib/pypi/shelf";
import { targetSchema } from "../../lib/pypi/target";
import { beside, onStore, storeArguments } from "../content/on-store";
import { defineResource } from "../resource";

const schema = z.object({
  ...storeArguments,
  /** The simple index the files come from. */
  upstream: z.string().regex(/^https?:\/\/[^\s@[\]]+$/, "an http or https URI without user and password"),
  /** Requirement lists of pins, beside the program: pip freeze, upper-constraints, a lock. */
  lists: z.array(z.string().min(1)).min(1),
  /** Who installs. Each gets the wheel its pip would take, or else the sdist. */
  targets: z.array(targetSchema).min(1),
  /** Own wheels and sdists on the host, at any depth: what a pip2pi left, or a disk that was carried over. */
  directory: z
    .string()
    .regex(/^(\/[^/\0]+)+$/, "an absolute path without empty parts")
    .optional(),
  /** Wheels that were built here (`pypi:Wheel`) and stand in the same store: digests, by their file names. */
  wheels: z.record(z.string().regex(/^[\w.+!-]+\.whl$/, "the name of a wheel"), digestSchema).optional(),
  /** Names what the lists mean of the upstream, planned; another one is refused. */
  selection: digestSchema,
  /** Files of it, planned. */
  files: z.int().min(0),
  /** Their bytes, planned. */
  bytes: z.int().min(0),
  /** What of the lists exists nowhere, planned: a line for each pin, or for each target of one. */
  missing: z.int().min(0).default(0),
  /** Whether that is an error, or is left to those who look at the number. */
  onMissing: z.enum(["fail", "report"]).default("fail"),
  /** PEM of the authority that signed the upstream's certificate, where the host does not know it. */
  ca: z.string().min(1).optional(),
  /** How many states before the present one stay, to be served again: so many, or those of so many days. */
  keep: keepSchema,
  /** Removes the files, too, when this resource is deleted; those that something else names stay in any case. */
  deleteData: z.boolean().default(false),
});

/**
 * Python packages in a store, with the pages of their index: every file verified, every wheel looked into. What clients
 * see of it is served by pypi:Published.
 */
export class Index extends defineResource({
  kind: "pypi:Index",
  schema,
  outputs: z.object({
    /** Digest of all the index holds: what pypi:Published serves. */
    manifest: z.string(),
  }),
  ...onStore,

  async observe({ host, store, name, directory, ...index }, context) {
    const { pypiLook } = await import("../../lib/host/jobs/pypi-index");
    const found = await beside(host, pypiLook, { store, name, ...(directory && { directory }) }, context);
    if (!found) return undefined;
    const { manifest, selection, files, bytes, missing, wheels, asTaken } = found;
    const own = directory === undefined ? {} : { directory: asTaken ? directory : `${directory}, as it was before` };
    const told = { ...own, ...(index.wheels && { wheels: wheels ?? {} }) };
    return { args: { selection, files, bytes, missing, ...told }, outputs: { manifest } };
  },

  async apply(index, _observed, context) {
    const { pypiIndex } = await import("../../lib/host/jobs/pypi-index");
    const { readLists } = await import("../../lib/pypi/lists");
    const { host, store, name, upstream, targets, onMissing, keep, directory, ca } = index;
    const wheels = index.wheels as IndexOrder["wheels"];
    const order = { store, name, upstream, targets, onMissing, keep, planned: index.selection as Digest };
    const more = {
      ...(directory && { directory }),
      ...(wheels && { wheels }),
      ...(ca && { ca }),
      lists: await readLists(index.lists),
    };
    const { manifest } = await beside(host, pypiIndex, { ...order, ...more }, context);
    return { manifest };
  },

  async remember({ host, store, name }, _observed, context) {
    const { pypiRemember } = await import("../../lib/host/jobs/pypi-index");
    return beside(host, pypiRemember, { store, name }, context);
  },

  async remove({ host, store, name, deleteData }, before, context) {
    const { pypiGiveUp } = await import("../../lib/host/jobs/pypi-index");
    await beside(host, pypiGiveUp, { store, name, deleteData, before: before as IndexStanding | null }, context);
  },
}) {}
