import { type ScrubOrder, scrub } from "../../content/scrub";
import { defineJob } from "../jobs";
import { PLANES } from "../planes";

/** Reads every byte of a store again, and repairs. */
export const scrubStore = defineJob("scrub", (order: ScrubOrder, report, signal) =>
  scrub(Object.values(PLANES), order, report, signal),
);
