import { z } from "zod";

/** A registry the site takes images from. */
export const upstream = z
  .strictObject({
    address: z.string().regex(/^[a-z0-9.[\]:-]+$/i, "host:port, without a scheme"),
    insecure: z.boolean().default(false).meta({ description: "Plain HTTP" }),
    username: z.string().min(1).optional(),
    password: z.string().min(1).optional().meta({ description: "Set it as a secret" }),
    ca: z.string().min(1).optional().meta({ description: "PEM file of the authority that signed its certificate" }),
  })
  .meta({ examples: [{ address: "registry.example.org:5000", username: "site" }] });
