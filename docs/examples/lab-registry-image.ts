import { RegistryImage } from "../../providers/lab/registry-image";
import { here } from "./machines";

const image = new RegistryImage("registry-image", { host: here, usedBy: "site1", recipe: "0".repeat(64) }); // plan/site.ts computes it

export const { archive, imageId } = image; // what host:Container takes
