import { homedir } from "node:os";

/** What can be made again at any time: images and archives, kept for the user rather than for one project. */
export function cacheDirectory(): string {
  return `${process.env["XDG_CACHE_HOME"] || `${homedir()}/.cache`}/openstack-site`;
}
