import { planMirror } from "../../apt/plan";
import { defineJob } from "../jobs";

/** What a mirror would hold now, what of it is to come, and whether there is room. */
export const aptPlan = defineJob("apt-plan", planMirror);
