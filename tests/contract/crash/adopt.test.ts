import { sweepCrashes } from "../../support/crash-sweep";

sweepCrashes("adoption and restoration", "quick");
