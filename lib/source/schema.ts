import { z } from "zod";
import { digestSchema as digest } from "../content/form";

/** An address without a password, which would stand in the state. */
export const webAddress = z
  .string()
  .regex(/^https?:\/\/[^\s@[\]]+$/, "an http or https address without user and password");

const gitOrigin = z.strictObject({
  /** The repository, as git on that host reaches it: an address without a password, or a path. */
  git: z
    .string()
    .regex(
      /^(https?:\/\/[^\s@]+|ssh:\/\/([\w.-]+@)?[^\s@]+|(git|file):\/\/[^\s@]+|\/\S+)$/,
      "an http, ssh, git or file address, or an absolute path",
    ),
  commit: z.string().regex(/^[0-9a-f]{40}$/, "the 40 hexadecimal digits of a commit"),
  /** Serves a repository, too, with all that led to the commit and its tags, for `git clone` and pip's `git+`. */
  history: z.boolean().default(false),
  /** What pip is told of a tree whose build asks git for it, as those that use pbr do. */
  python: z
    .strictObject({
      name: z.string().regex(/^[\w.-]+$/, "the name of a package"),
      version: z.string().regex(/^[\w.!+-]+$/, "a version"),
    })
    .optional(),
});

const archiveOrigin = z.strictObject({
  /** Address of a tar.gz. */
  archive: webAddress,
  digest,
});

/** Where a source tree comes from. */
export const treeOrigin = z.union([gitOrigin, archiveOrigin], "git and commit, or archive and digest");

const wantedFile = z.strictObject({
  url: webAddress,
  /** What the file must be, whatever its server says. */
  digest,
  /** Where it is served, below the name. */
  path: z.string().regex(/^(?!\.)[\w.+~-]+(\/(?!\.)[\w.+~-]+)*$/, "a relative path without hidden parts"),
  /** Bytes; its server is asked where this is left out. */
  size: z.int().min(0).optional(),
});

export const wantedFiles = z
  .array(wantedFile)
  .min(1)
  .refine(standApart, "two files stand at one path, or one of them below the other");

function standApart(files: readonly { path: string }[]): boolean {
  const paths = new Set(files.map(({ path }) => path));
  const parents = [...paths].flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index)));
  return paths.size === files.length && !parents.some((parent) => paths.has(parent));
}

const wantedCollection = z.strictObject({
  /** Address of its archive. */
  url: webAddress,
  digest,
  /** Bytes; its server is asked where this is left out. */
  size: z.int().min(0).optional(),
});

export const wantedCollections = z
  .array(wantedCollection)
  .min(1)
  .refine((all) => new Set(all.map(({ url }) => url)).size === all.length, "an address stands there twice");
