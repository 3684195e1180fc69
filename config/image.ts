import { z } from "zod";
import { aptSourceSchema } from "../lib/debian/apt-source";

export const architecture = z.enum(["amd64", "arm64", "s390x"]);
const repository = z
  .string()
  .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "a repository of lower-case words, for example site/hello");
const tag = z.string().regex(/^[\w][\w.-]{0,127}$/, "a tag of letters, digits, dots and dashes");
const registry = z
  .string()
  .min(1)
  .meta({ description: "A name from registries; the site's own registry where absent" });
const partial = z.enum(["refuse", "allow"]).default("refuse").meta({
  description: "Whether an architecture may be missing: the list is made of the others, and the hole is told",
});
const adopt = z
  .boolean()
  .default(false)
  .meta({ description: "Take over a name that stands there already; it is put back on removal" });

/** Where the images of one name come from; what is left out is made here, and says what it is. */
const source = z.union(
  [
    z.strictObject({
      archives: z
        .partialRecord(architecture, z.string().min(1))
        .meta({ description: "OCI layouts, or archives of docker save, beside the program" }),
    }),
    z.strictObject({
      registry,
      repository: repository.optional(),
      reference: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "A tag or digest there; this image's tag where absent" }),
    }),
    z.strictObject({
      names: z.partialRecord(architecture, repository).meta({
        description: "One name for each architecture, as a build leaves them",
        examples: [{ amd64: "site/x-x86" }],
      }),
      registry: registry.optional(),
    }),
    z.strictObject({
      debian: z
        .string()
        .regex(/^[a-z][\w.-]*$/, "a suite, for example trixie")
        .meta({ description: "Made from packages of this suite, without any other image" }),
      sources: z
        .array(aptSourceSchema)
        .min(1)
        .optional()
        .meta({ description: "Archives; those this machine installs from where absent" }),
      mirror: z.string().min(1).optional().meta({
        description: "A name from seed.apt instead of sources: made from what the site serves, and nothing else",
      }),
      packages: z.array(z.string().min(1)).default([]).meta({ description: "Beside those of a minimal system" }),
    }),
  ],
  "one of archives, registry, names and debian, with architectures of amd64, arm64 and s390x",
);

/** One image of the site under one name, for several architectures. */
export const image = z
  .strictObject({
    repository,
    tag,
    architectures: z.array(architecture).min(1),
    from: source.optional().meta({
      examples: [{ registry: "upstream", repository: "kolla/nova-api" }, { archives: { amd64: "nova-amd64.tar" } }],
    }),
    partial,
    adopt,
  })
  .meta({ examples: [{ repository: "site/hello", tag: "v1", architectures: ["amd64", "arm64", "s390x"] }] });

/** Many images at once: the names in a file, each joined from one name for each architecture. */
export const imageList = z
  .strictObject({
    file: z.string().min(1).meta({ description: "One name a line, beside the program" }),
    namespace: repository,
    tag,
    suffixes: z.partialRecord(
      architecture,
      z.string().regex(/^[a-z0-9._-]+$/, "what follows the name, for example -x86"),
    ),
    registry: registry.optional(),
    partial,
    adopt,
  })
  .meta({
    examples: [
      { file: "IMAGELIST", namespace: "linuxone", tag: "queens", suffixes: { amd64: "-x86", s390x: "-s390x" } },
    ],
  });
