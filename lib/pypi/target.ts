import { z } from "zod";

/** One kind of machine that installs from an index. */
export const targetSchema = z.strictObject({
  /** For example 3.12; 2.7 is as good. */
  python: z
    .string()
    .regex(/^[23]\.\d+$/, 'a Python, for example "3.11"')
    .meta({ description: "Quoted: YAML takes 3.10 for 3.1" }),
  architecture: z.enum(["x86_64", "aarch64", "s390x"]),
  /** The oldest C library of the machines that install; Debian 12 has 2.36. */
  glibc: z
    .string()
    .regex(/^2\.\d+$/, 'a version of glibc, for example "2.36"')
    .default("2.36")
    .meta({ description: "The oldest of the machines that install; Debian 12 has 2.36" }),
});

export type Target = z.output<typeof targetSchema>;
