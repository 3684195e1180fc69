import { z } from "zod";
import { connectionSchema } from "../../lib/host/connection";
import { beside } from "../content/on-store";
import { onHost } from "../host/on-host";
import { defineResource } from "../resource";

const schema = z.object({
  /** The machine that signs: the one with the mirrors. */
  host: connectionSchema,
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "a name of lower-case letters, digits, dots and dashes"),
  /** Where keys stand on the host. Not in a store: what is served, or carried over, holds no private key. */
  directory: z
    .string()
    .regex(/^(\/[^/\0"]+)+$/, "an absolute path without empty parts")
    .default("/var/lib/openstack-site/keys"),
  /** The next one is another key: what was signed with the one before is signed anew by the same `up`. */
  generation: z.int().min(1).max(999).default(1),
  /** How many earlier keys clients still get, for what they signed. */
  keep: z.int().min(0).max(10).default(1),
});

/**
 * The key a site signs filtered mirrors with. gpg makes it on the host, and its private half stays there. Let what serves
 * the mirrors depend on the keyrings of the clients, so that they know a new key before they meet it.
 */
export class SiteKey extends defineResource({
  kind: "apt:SiteKey",
  schema,
  outputs: z.object({
    /** Where gpg keeps it on the host. */
    home: z.string(),
    fingerprint: z.string(),
    /** Armored, for the keyrings of clients: this key and the earlier ones that are kept. */
    publicKey: z.string(),
  }),
  ...onHost,
  identity: (key) => homeOf(key),

  async observe(key, context) {
    const { aptObserveKey } = await import("../../lib/host/jobs/apt-site-key");
    const home = homeOf(key);
    const found = await beside(key.host, aptObserveKey, { home }, context);
    if (!found) return undefined;
    const { generation, fingerprint, publicKey } = found;
    return { args: { generation }, outputs: { home, fingerprint, publicKey } };
  },

  async apply(key, _observed, context) {
    const { aptBringKey } = await import("../../lib/host/jobs/apt-site-key");
    const { host, name, generation, keep } = key;
    const home = homeOf(key);
    const { fingerprint, publicKey } = await beside(host, aptBringKey, { home, name, generation, keep }, context);
    return { home, fingerprint, publicKey };
  },

  async remember(key, _observed, context) {
    const { aptRememberKey } = await import("../../lib/host/jobs/apt-site-key");
    return beside(key.host, aptRememberKey, { home: homeOf(key) }, context);
  },

  async remove(key, before, context) {
    const { aptRemoveKey } = await import("../../lib/host/jobs/apt-site-key");
    await beside(key.host, aptRemoveKey, { home: homeOf(key), before: before === true }, context);
  },
}) {}

const homeOf = ({ directory, name }: { directory: string; name: string }): string => `${directory}/${name}`;
