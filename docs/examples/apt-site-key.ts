import { SiteKey } from "../../providers/apt/site-key";
import { control1 } from "./machines";

const key = new SiteKey("site-key", { host: control1, name: "site" });

/** What an apt:Mirror of selected packages takes as `signWith`. */
export const signWith = { home: key.home, fingerprint: key.fingerprint };
