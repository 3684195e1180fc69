import { z } from "zod";
import { digestSchema } from "../lib/content/form";
import { keepSchema } from "../lib/content/keep";
import { hostName } from "../lib/host/connection";
import { targetSchema } from "../lib/pypi/target";
import { certificateFile } from "./certificate";

/** An index for pip and uv. */
export const pypiIndex = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/, "a name of lower-case letters, digits, dots and dashes")
      .meta({ description: "Below it the index is served" }),
    lists: z
      .array(z.string().min(1))
      .min(1)
      .meta({
        description: "Requirement lists of pins beside the program: pip freeze, upper-constraints, a lock of uv",
        examples: [["requirements/site.txt"]],
      }),
    targets: z
      .array(targetSchema)
      .min(1)
      .meta({
        description: "Who installs: each gets the wheel its pip would take, or else the sdist",
        examples: [[{ python: "3.11", architecture: "x86_64" }]],
      }),
    upstream: z
      .string()
      .regex(/^https?:\/\/[^\s@[\]]+$/, "an http or https URI without user and password")
      .optional()
      .meta({ description: "A simple index; the one that pip on the host that keeps the content asks, where absent" }),
    directory: z
      .string()
      .regex(/^(\/[^/\0]+)+$/, "an absolute path without empty parts")
      .optional()
      .meta({ description: "Own wheels and sdists on the host that keeps the content, or what a pip2pi left" }),
    ca: certificateFile.optional(),
    builders: z
      .partialRecord(z.enum(["x86_64", "aarch64", "s390x"]), hostName)
      .optional()
      .meta({
        description:
          "By architecture: the host that builds wheels where there is none, with that Python and a compiler",
        examples: [{ s390x: "z15" }],
      }),
    onMissing: z
      .enum(["fail", "report"])
      .default("fail")
      .meta({ description: "What to do about pins that exist nowhere; the output holes names them" }),
    keep: keepSchema.meta({
      description: "States before the present one that stay: so many, or those of `{days: 30}`",
    }),
    serve: digestSchema
      .optional()
      .meta({ description: "An earlier state, as the output indexes named it; the newest where absent" }),
    clients: z
      .array(hostName)
      .optional()
      .meta({ description: "Hosts whose pip and uv ask it, and nothing else; the seed and all nodes where absent" }),
  })
  .meta({
    examples: [
      {
        name: "python",
        lists: ["requirements/site.txt"],
        targets: [{ python: "3.11", architecture: "x86_64" }],
      },
    ],
  });
