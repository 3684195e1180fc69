import { optionsSuite } from "../../support/options-suite";

optionsSuite(2);
