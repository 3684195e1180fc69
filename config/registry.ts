import { z } from "zod";

/** The registry the site pulls from. */
export const registry = z
  .strictObject({
    port: z
      .int()
      .min(1)
      .max(65535)
      .refine((port) => port !== 5000, "5000 is Keystone's port: choose another, for example 4000")
      .meta({ examples: [4000] }),
  })
  .meta({ examples: [{ port: 4000 }] });
