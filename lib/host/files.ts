import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { HostError } from "./host";

export const SUFFIX = ".openstack-site";

/** Where a file is written before it is renamed into place, and how earlier, abandoned ones are found. */
export interface Temporary {
  directory: string;
  name: string;
  prefix: string;
  suffix: string;
}

export function temporary(path: string): Temporary {
  const prefix = `.${posix.basename(path).slice(0, 200)}.`;
  return {
    directory: posix.dirname(path),
    name: `${prefix}${randomBytes(4).toString("hex")}${SUFFIX}`,
    prefix,
    suffix: SUFFIX,
  };
}

/** The fixed length keeps the temporary names of `a` from matching those of `a.b`. */
export function matches(temp: Temporary, name: string): boolean {
  return name.length === temp.name.length && name.startsWith(temp.prefix) && name.endsWith(temp.suffix);
}

export function assertAbsolute(host: string, path: string): void {
  if (path.startsWith("/") && !path.includes("\0")) return;
  throw new HostError("failed", host, `${JSON.stringify(path)} is not an absolute path`);
}
