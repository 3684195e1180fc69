import { z } from "zod";

/** How many states before the present one stay, to be served again: so many, or those of so many days. */
export const keepSchema = z
  .union(
    [
      z.int().min(0).max(100),
      z.strictObject({
        /** A state stays for so long after the next one took its place. */
        days: z.int().min(1).max(3650),
      }),
    ],
    "a number of states, or for example {days: 30}",
  )
  .default(3);

export type Keep = z.output<typeof keepSchema>;
