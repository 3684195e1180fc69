import { z } from "zod";
import type { MirrorOrder } from "../../lib/apt/mirror";
import type { MirrorSummary } from "../../lib/apt/summary";
import type { Digest } from "../../lib/content/digest";
import { keepSchema } from "../../lib/content/keep";
import { beside, onStore, storeArguments } from "../content/on-store";
import { defineResource } from "../resource";
import { suiteSchema } from "./suite-schema";

const schema = z
  .object({
    ...storeArguments,
    /** What is mirrored. */
    suites: z
      .array(suiteSchema)
      .min(1)
      .refine(
        (suites) => new Set(suites.map(({ uri, suite }) => `${uri} ${suite}`)).size === suites.length,
        "a suite stands there twice: one entry takes all its components and architectures",
      ),
    /**
     * Only these packages of all the suites, as apt-get names them, and what they depend on. Packages that exclude each
     * other are for different machines, and each comes with its own.
     */
    packages: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+([=/][\w.+~:-]+)?$/, "a package, for example chrony"))
      .optional(),
    /** What selected packages recommend, too. */
    recommends: z.boolean().optional(),
    /** What mmdebstrap and debootstrap make a minimal system of, too. */
    bootstrap: z.boolean().optional(),
    /** The site's key: it signs what was selected. */
    signWith: z
      .strictObject({
        /** Where gpg keeps it on the host. */
        home: z.string().regex(/^(\/[^/\0"]+)+$/, "an absolute path without empty parts"),
        fingerprint: z.string().regex(/^[0-9A-F]{40}$/, "40 hexadecimal digits"),
      })
      .optional(),
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
    /** How many states before the present one stay, to be served again: so many, or those of so many days. */
    keep: keepSchema,
    /** Removes the files, too, when this resource is deleted; those that something else names stay in any case. */
    deleteData: z.boolean().default(false),
  })
  .refine(({ packages, signWith }) => (packages === undefined) === (signWith === undefined), {
    message: "packages and signWith go together: what is whole keeps the signature it has",
    path: ["signWith"],
  })
  .refine(({ packages, recommends, bootstrap }) => packages !== undefined || !(recommends || bootstrap), {
    message: "recommends and bootstrap go with packages, if only an empty list of them",
    path: ["packages"],
  })
  .refine(({ packages, suites }) => packages === undefined || suites.every(({ sources }) => !sources), {
    message: "with packages there are no sources: they come with whole suites only",
    path: ["suites"],
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
    const { mirrorShelf } = await import("../../lib/apt/summary");
    const text = await (await context.connect(host)).readFile(mirrorShelf.file(store, name));
    if (!text) return undefined;
    const summary = mirrorShelf.parse(store, name, text.toString());
    return {
      args: {
        suites: suites.map((suite) => live(suite, summary.suites)),
        ...(summary.signWith && { signWith: summary.signWith }),
      },
      outputs: { manifest: summary.manifest },
    };
  },

  async apply(args, _observed, context) {
    const { aptMirror } = await import("../../lib/host/jobs/apt-mirror");
    const { manifest } = await beside(args.host, aptMirror, orderOf(args), context);
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

function orderOf({ suites, packages, recommends, bootstrap, ...args }: Mirror_): MirrorOrder {
  const { store, name, keep, signWith, ca, adoptTree } = args;
  const planned = Object.fromEntries(suites.map(({ uri, suite, head }) => [`${uri} ${suite}`, head as Digest]));
  const selection = packages && { packages, recommends: recommends ?? false, bootstrap: bootstrap ?? false };
  const order = { store, name, suites: suites.map(sourceOf), planned, keep, ...selection };
  const found = { ...(ca === undefined ? {} : { ca }), ...(adoptTree === undefined ? {} : { adoptTree }) };
  return { ...order, ...found, ...(signWith && { signWith }) };
}

function sourceOf({ uri, suite, components, architectures, sources, trust }: Suite) {
  const believed =
    "pinned" in trust
      ? { pinned: trust.pinned as Digest }
      : { keyrings: trust.keyrings, ...(trust.fingerprints && { fingerprints: trust.fingerprints }) };
  return { uri, suite, components, architectures, sources, trust: believed };
}
