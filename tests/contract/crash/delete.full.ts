import { sweepCrashes } from "../../support/crash-sweep";

sweepCrashes("delete", "slow");
