import { z } from "zod";
import { digestSchema } from "../../lib/content/form";

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

/** One suite as a mirror is told of it. */
export const suiteSchema = z.strictObject({
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
