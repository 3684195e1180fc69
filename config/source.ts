import { z } from "zod";
import { treeOrigin, wantedCollections, wantedFiles } from "../lib/source/schema";
import { certificateFile } from "./certificate";

const common = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/, "a name of lower-case letters, digits, dots and dashes")
    .meta({ description: "Below it the content is served" }),
  ca: certificateFile.optional(),
};

/** What has no index that vouches for it: each is named by its digest or its commit. */
export const contentSource = z
  .union(
    [
      z.strictObject({
        ...common,
        tree: treeOrigin.meta({ description: "A source tree, as an archive that pip installs" }),
      }),
      z.strictObject({
        ...common,
        files: wantedFiles.meta({ description: "Guest images, keys, programs, by address and digest" }),
      }),
      z.strictObject({
        ...common,
        collections: wantedCollections.meta({ description: "Ansible collections, with all they depend on" }),
      }),
    ],
    "a name with one of tree, files and collections",
  )
  .meta({
    examples: [{ name: "kolla", tree: { git: "https://opendev.org/openstack/kolla", commit: "0".repeat(40) } }],
  });
