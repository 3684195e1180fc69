import { type ScrubOrder, scrub } from "../../apt/scrub";
import { defineJob } from "../jobs";

/** Reads every byte of the mirrors in a store again, and repairs. */
export const aptScrub = defineJob("apt-scrub", (order: ScrubOrder, report, signal) => scrub(order, report, signal));
