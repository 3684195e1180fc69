import { z } from "zod";
import { hostName } from "../lib/host/connection";

const imageByDigest = z
  .string()
  .regex(/^[^@\s]+@sha256:[0-9a-f]{64}$/, 'an image by digest, "name@sha256:…"')
  .meta({ description: "An nginx that the site has; made from Debian's package where absent" });

/** Where content of other forms than images is kept and served: what comes as files over HTTP. */
export const content = z
  .strictObject({
    host: hostName.optional().meta({
      description:
        "A host with a way to the upstreams, whose disk the seed sees under the same path; the seed itself where absent",
    }),
    store: z
      .string()
      .regex(/^(\/[^/:\0]+)+$/, "an absolute path without a colon")
      .meta({ description: "Directory on that host, outside of the project", examples: ["/srv/content"] }),
    port: z.int().min(1).max(65535).default(8080).meta({ description: "Of the seed: nginx serves there" }),
    image: imageByDigest.optional(),
    keyGeneration: z.int().min(1).max(999).default(1).meta({
      description: "Of the key that mirrors of selected packages are signed with; the next number is another key",
    }),
  })
  .meta({ examples: [{ store: "/srv/content" }] });
