import { sweepCrashes } from "../../support/crash-sweep";
import { needsLab } from "../../support/fixture";

// Kinds that need a lab host take minutes each: crash.full.ts.
sweepCrashes((kind) => !needsLab.has(kind));
