import { z } from "zod";
import { digestSchema as digest } from "../lib/content/form";
import { keepSchema } from "../lib/content/keep";
import { hostName } from "../lib/host/connection";
import { certificateFile } from "./certificate";

const word = z.string().regex(/^[\w.+-]+$/, "a word of letters, digits, dots and dashes");
const architectures = z.array(word).min(1);
const components = z.array(z.string().regex(/^[\w.+/-]+$/, "a component, for example main")).default(["main"]);
const sources = z.boolean().default(false).meta({ description: "Source packages, too; of whole suites only" });
const keyrings = z
  .array(z.string().regex(/^\/[\w./+-]+$/, "an absolute path"))
  .min(1)
  .meta({ description: "On the host that keeps the content" });

const trust = z.union(
  [
    z.strictObject({ keyrings, fingerprints: z.array(z.string().regex(/^[0-9A-Fa-f ]{40,50}$/)).optional() }),
    z.strictObject({ pinned: digest.meta({ description: "The one Release that is taken unsigned and expired" }) }),
  ],
  "keyrings, or the digest of a pinned Release",
);

const suite = z.strictObject({
  uri: z.string().regex(/^https?:\/\/[^\s@[\]]+$/, "an http or https URI without user and password"),
  suite: z.string().regex(/^[\w.+/-]+$/, "a suite, for example trixie-updates"),
  components,
  architectures,
  sources,
  trust,
});

/** What is mirrored; the name says from where. */
const source = z.union(
  [
    z.strictObject({
      debian: z
        .string()
        .regex(/^[a-z][\w.-]*$/, "a suite, for example trixie")
        .meta({ description: "With its updates, from where the host that keeps the content installs" }),
      architectures,
      components,
      sources,
    }),
    z.strictObject({ suites: z.array(suite).min(1) }),
    z.strictObject({
      mirrorList: z.string().min(1).meta({ description: "apt-mirror's mirror.list as it is, beside the program" }),
      keyrings,
    }),
  ],
  "one of debian with architectures, suites, and mirrorList with keyrings",
);

/** A mirror of apt archives. */
export const aptMirror = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/, "a name of lower-case letters, digits, dots and dashes")
      .meta({ description: "Below it the mirror is served" }),
    from: source.meta({ examples: [{ debian: "trixie", architectures: ["amd64"] }] }),
    packages: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+([=/][\w.+~:-]+)?$/, "a package, for example chrony"))
      .optional()
      .meta({ description: "Only these of all suites, and what they depend on; signed by the site's own key" }),
    recommends: z.boolean().optional().meta({ description: "What these packages recommend, too" }),
    bootstrap: z.boolean().optional().meta({ description: "What a minimal system is made of, too: for images" }),
    adoptTree: z
      .string()
      .regex(/^(\/[^/\0]+)+$/, "an absolute path without empty parts")
      .optional()
      .meta({
        description: "Tree of another mirror on the host that keeps the content: what stands there is not fetched",
        examples: ["/var/spool/apt-mirror/mirror"],
      }),
    ca: certificateFile.optional(),
    keep: keepSchema.meta({
      description: "States before the present one that stay: so many, or those of `{days: 30}`",
    }),
    snapshots: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "a name of lower-case letters, digits and dashes"), digest)
      .optional()
      .meta({
        description: "States that stay whatever keep says, by names of yours; as the output mirrors named them",
        examples: [{ "before-upgrade": `sha256:${"0".repeat(64)}` }],
      }),
    serve: digest
      .optional()
      .meta({ description: "An earlier state, as the output mirrors named it; the newest where absent" }),
    clients: z.array(hostName).optional().meta({
      description: "Hosts that install from it, and from no other source; the seed and all nodes where absent",
    }),
    keyring: z
      .string()
      .min(1)
      .optional()
      .meta({
        description: "Keyring beside the program that is put on the clients; where absent they have the archive's own",
        examples: ["keyrings/docker.asc"],
      }),
  })
  .meta({ examples: [{ name: "debian", from: { debian: "trixie", architectures: ["amd64", "arm64"] } }] });
