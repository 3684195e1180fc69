import { sweepCrashes } from "../../support/crash-sweep";

sweepCrashes("create", "slow");
