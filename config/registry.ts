import { z } from "zod";
import { architecture } from "./image";

const ARCHITECTURE = "The seed's, where it is another than this machine's; with version 3";
const port = z.int().min(1).max(65535);
const pemFile = z
  .string()
  .regex(/^[^\n]+$/, "the path of a PEM file, relative to the project directory")
  .meta({ examples: ["certificates/ca.pem"] });
const secret = (what: string) =>
  z
    .string()
    .min(1)
    .meta({ description: `${what}. Set it as a secret` });
const url = z
  .string()
  .regex(/^https?:\/\/[^/\s@?#]+\/?$/, "https://host:port, or http:// for plain HTTP, without a path")
  .meta({ examples: ["https://registry.example.org:5000"] });

const user = z.strictObject({
  username: z.string().regex(/^[^:\s]+$/, "a name without colons and blanks"),
  password: secret("Password").refine(
    (text) => Buffer.byteLength(text) <= 72,
    "at most 72 bytes: bcrypt reads no more",
  ),
});

const s3 = z
  .strictObject({
    endpoint: url,
    bucket: z.string().min(1).meta({ description: "A bucket that exists" }),
    region: z.string().min(1).default("us-east-1"),
    accessKey: z.string().min(1),
    secretKey: secret("Key of the store"),
    prefix: z.string().startsWith("/").default("/").meta({ description: "Where in the bucket" }),
    ca: pemFile.optional().meta({ description: "PEM file of the authority that signed the store's certificate" }),
  })
  .meta({
    description: "Keeps what is pushed in a store that speaks S3",
    examples: [{ endpoint: "https://s3.example.org", bucket: "registry", accessKey: "site", secretKey: "..." }],
  });

const tls = z
  .strictObject({
    certificate: pemFile.meta({ description: "PEM file of the certificate, and of what it is signed by" }),
    key: secret("Its private key as PEM").refine((text) => text.includes("PRIVATE KEY-----"), "a private key as PEM"),
    ca: pemFile
      .optional()
      .meta({ description: "PEM file of the authority that signed it, where hosts do not know that one" }),
  })
  .meta({ examples: [{ certificate: "certificates/registry.pem", key: "...", ca: "certificates/ca.pem" }] });

const upstream = z
  .strictObject({
    url,
    username: z.string().min(1).optional().meta({ description: "Needs version: 3" }),
    password: secret("Password there").optional(),
    ca: pemFile.optional().meta({ description: "PEM file of the authority that signed its certificate" }),
  })
  .meta({
    description: "Makes it a cache of another registry: it fetches and keeps what is pulled, and takes no pushes",
    examples: [{ url: "https://registry.example.org:5000" }],
  });

/** The registry the site pulls from: one it makes, or by its url one that stands already. */
export const registry = z
  .strictObject({
    url: url.optional().meta({ description: "A registry that stands already: used as it is, nothing is installed" }),
    username: z.string().min(1).optional().meta({ description: "With url" }),
    password: secret("With url").optional(),
    ca: pemFile.optional().meta({ description: "With url: PEM file of the authority that signed its certificate" }),
    port: port
      .refine((number) => number !== 5000, "5000 is Keystone's port: choose another, for example 4000")
      .default(4000)
      .meta({ examples: [4000] }),
    version: z
      .union([z.literal(2), z.literal(3)])
      .default(2)
      .meta({ description: "Of distribution: 2 is Debian's package, 3 is built from its Go module" }),
    architecture: architecture.optional().meta({ description: ARCHITECTURE }),
    data: z
      .string()
      .regex(/^(\/[^/:\0]+)+$/, "an absolute path without a colon")
      .optional()
      .meta({ description: "Directory on the host for what is pushed; a volume of Docker where absent" }),
    s3: s3.optional(),
    tls: tls.optional(),
    users: z
      .array(user)
      .min(1)
      .refine(
        (all) => new Set(all.map(({ username }) => username)).size === all.length,
        "a username stands there twice",
      )
      .optional()
      .meta({
        description: "Who may use it; everybody where absent. The first pushes what the site holds",
        examples: [[{ username: "site", password: "..." }]],
      }),
    deletes: z.boolean().default(true).meta({ description: "Whether images can be deleted" }),
    readOnly: z.boolean().default(false).meta({ description: "Takes no pushes for now" }),
    upstream: upstream.optional(),
    collectGarbage: z.boolean().default(false).meta({
      description: "Whether what the site no longer holds is removed when that changes; pushes wait meanwhile",
    }),
  })
  .meta({ examples: [{ port: 4000 }] });
