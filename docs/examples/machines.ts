import type { ConnectionArgs } from "../../providers/host/on-host";

/** The machine this runs on. */
export const here: ConnectionArgs = { kind: "local", name: "localhost" };

/** A host reached over SSH: its key must be known beforehand. */
export const control1: ConnectionArgs = {
  kind: "ssh",
  name: "control1",
  address: "192.0.2.11",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDY0y0Yd6pXxYtN2nTfZr0xGmUu3bH3JYk0V1hYbqzYF",
  keyFile: ".state/keys/site/operator",
};

/** A machine of another architecture. */
export const z15: ConnectionArgs = { ...control1, name: "z15", address: "192.0.2.15" };

/** A registry without TLS on a network of its own. */
export const registry = { name: "seed-registry", address: "192.0.2.10:4000", insecure: true };
