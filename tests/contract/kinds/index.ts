import type { MakeFixture } from "../../support/fixture";
import { hostFile } from "./host-file";

/** Every kind under the contract. A new kind is one file and one line here. */
export const fixtures: Record<string, MakeFixture> = { "host:File": hostFile };
