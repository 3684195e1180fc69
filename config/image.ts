import { z } from "zod";

const architecture = z.enum(["amd64", "arm64", "s390x"]);
const repository = z
  .string()
  .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "a repository of lower-case words, for example site/hello");

/** One image of the site under one name, for several architectures. */
export const image = z
  .strictObject({
    repository,
    tag: z.string().regex(/^[\w][\w.-]{0,127}$/, "a tag of letters, digits, dots and dashes"),
    architectures: z.array(architecture).min(1),
  })
  .meta({ examples: [{ repository: "site/hello", tag: "v1", architectures: ["amd64", "arm64", "s390x"] }] });
