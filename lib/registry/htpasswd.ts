import { createHash } from "node:crypto";
import type { Login } from "./settings";

/** As htpasswd's own: the registry computes the hash anew at every single request. */
const ROUNDS = 5;

/**
 * The file by which a registry knows its users. The salt comes from user, password and `realm`, so that equal input
 * gives the same bytes, and nobody else's password the same hash.
 */
export async function renderHtpasswd(users: readonly Login[], realm: string): Promise<string> {
  const { encodeBase64, hash } = await import("bcryptjs");
  const lines = users.map(async ({ username, password }) => {
    const bytes = createHash("sha256")
      .update(JSON.stringify([realm, username, password]))
      .digest();
    const salt = encodeBase64([...bytes.subarray(0, 16)], 16);
    return `${username}:${await hash(password, `$2b$${String(ROUNDS).padStart(2, "0")}$${salt}`)}\n`;
  });
  return (await Promise.all(lines)).join("");
}
