import { z } from "zod";
import type { MirrorSummary } from "../../lib/apt/summary";
import type { Digest } from "../../lib/content/digest";
import { digestSchema } from "../oci/in-registry";
import { defineResource } from "../resource";
import { beside, onStore, storeArguments } from "./on-store";

const word = z.string().regex(/^[\w.+-]+$/, "a word of letters, digits, dots and dashes");

const trustSchema = z.union(
  [
    z.strictObject({
      /** Files on the host that hold the keys the archive may sign with. */
      keyrings: z.array(z.string().regex(/^\//, "an absolute path")).min(1),
      /** Where given, one of these keys must have signed. */
      fingerprints: z.array(z.string().regex(/^[0-9A-Fa-f ]{40,50}$/, "40 hexadecimal digits")).optional(),
    }),
    z.strictObject({
      /** The one InRelease or Release that is taken without a look at its signature and date. */
      pinned: digestSchema,
    }),
  ],
  "keyrings, or the digest of a pinned Release",
);

const suiteSchema = z.strictObject({
  /** The archive, without a password. */
  uri: z.string().regex(/^https?:\/\/[^\s@[\]]+$/, "an http or https URI without user and password"),
  /** Its name below `dists`; a flat repository's ends with a slash. */
  suite: z.string().regex(/^[\w.+/-]+$/, "a suite, for example trixie-updates"),
  components: z.array(z.string().regex(/^[\w.+/-]+$/, "a component, for example main")).default(["main"]),
  architectures: z.array(word).min(1),
  /** Source packages, too. */
  sources: z.boolean().default(false),
  trust: trustSchema,
  /** Digest of its InRelease or Release, planned; another one is refused. */
  head: digestSchema,
  /** Files of its pool, planned. */
  files: z.int().min(0),
  /** Their bytes, planned. */
  bytes: z.int().min(0),
});

const schema = z.object({
  ...storeArguments,
  /** What is mirrored. */
  suites: z
    .array(suiteSchema)
    .min(1)
    .refine(
      (suites) => new Set(suites.map(({ uri, suite }) => `${uri} ${suite}`)).size === suites.length,
      "a suite stands there twice: one entry takes all its components and architectures",
    ),
  /** PEM of the authority that signed the archives' certificates, where the host does not know it. */
  ca: z.string().min(1).optional(),
  /**
   * The tree of another mirror on the host, as apt-mirror (its `mirror_path`) or debmirror leaves it: what stands there is
   * verified and linked, or copied from another disk, instead of fetched. Nothing in it is changed; nothing else should
   * write to it any more.
   */
  adoptTree: z
    .string()
    .regex(/^(\/[^/\0]+)+$/, "an absolute path without empty parts")
    .optional(),
  /** How many states before the present one stay, to be served again. */
  keep: z.int().min(0).max(100).default(3),
  /** Removes the files, too, when this resource is deleted; those that something else names stay in any case. */
  deleteData: z.boolean().default(false),
});

type Mirror_ = z.output<typeof schema>;
type Suite = Mirror_["suites"][number];

/**
 * Suites of apt archives in a store, verified from the signature down to the last byte. What is there stays whole while
 * it is brought up to date; what clients see of it is served by apt:Published.
 */
export class Mirror extends defineResource({
  kind: "apt:Mirror",
  schema,
  outputs: z.object({
    /** Digest of the list of all files: what apt:Published serves. */
    manifest: z.string(),
  }),
  ...onStore,

  async observe({ host, store, name, suites }, context) {
    const { summaryFile } = await import("../../lib/apt/summary");
    const text = await (await context.connect(host)).readFile(summaryFile(store, name));
    if (!text) return undefined;
    const summary = JSON.parse(text.toString()) as MirrorSummary;
    return {
      args: { suites: suites.map((suite) => live(suite, summary.suites)) },
      outputs: { manifest: summary.manifest },
    };
  },

  async apply({ host, store, name, suites, ca, adoptTree, keep }, _observed, context) {
    const { aptMirror } = await import("../../lib/host/jobs/apt-mirror");
    const planned = Object.fromEntries(suites.map(({ uri, suite, head }) => [`${uri} ${suite}`, head as Digest]));
    const order = { store, name, suites: suites.map(sourceOf), planned, keep, ...(ca === undefined ? {} : { ca }) };
    const { manifest } = await beside(
      host,
      aptMirror,
      { ...order, ...(adoptTree === undefined ? {} : { adoptTree }) },
      context,
    );
    return { manifest };
  },

  async remember({ host, store, name }, _observed, context) {
    const { aptRemember } = await import("../../lib/host/jobs/apt-mirror");
    return beside(host, aptRemember, { store, name }, context);
  },

  async remove({ host, store, name, deleteData }, before, context) {
    const { aptGiveUp } = await import("../../lib/host/jobs/apt-mirror");
    await beside(host, aptGiveUp, { store, name, deleteData, before: before as MirrorSummary | null }, context);
  },
}) {}

/** The suite as it stands; one that is not there has no head. */
function live(suite: Suite, standing: MirrorSummary["suites"]): Suite {
  const found = standing.find((each) => each.uri === suite.uri && each.suite === suite.suite);
  return { ...suite, head: found?.head ?? "absent", files: found?.files ?? 0, bytes: found?.bytes ?? 0 };
}

function sourceOf({ uri, suite, components, architectures, sources, trust }: Suite) {
  const believed =
    "pinned" in trust
      ? { pinned: trust.pinned as Digest }
      : { keyrings: trust.keyrings, ...(trust.fingerprints && { fingerprints: trust.fingerprints }) };
  return { uri, suite, components, architectures, sources, trust: believed };
}
