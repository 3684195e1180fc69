import { startRegistry } from "../../support/registry";
import { registrySuite } from "../../support/registry-suite";

registrySuite(startRegistry);
