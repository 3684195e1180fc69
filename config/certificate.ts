import { z } from "zod";

export const certificateFile = z
  .string()
  .min(1)
  .meta({
    description: "PEM file beside the program, of the authority that signed the upstream's certificate",
    examples: ["certificates/ca.pem"],
  });
