import { sweepCrashes } from "../../support/crash-sweep";

sweepCrashes("update", "quick");
