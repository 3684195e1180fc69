import { sweepCrashes } from "../../support/crash-sweep";
import { needsLab } from "../../support/fixture";

sweepCrashes((kind) => needsLab.has(kind));
