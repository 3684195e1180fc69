import type { Connection, ConnectionArgs } from "../../lib/host/connection";
import { LEDGER_DIRECTORY } from "../../lib/host/ledger";
import { LEDGER_REPOSITORY } from "../../lib/oci/registry-ledger";
import type { AnyDefinition, Context } from "../../providers/resource";
import type { Values } from "./dynamic-provider";

/**
 * What the contract suites must know of one kind. A kind joins by one file in tests/contract/kinds. Every test starts
 * without the object and ends without it; `name` keeps the objects of two suites apart.
 */
export interface KindFixture {
  /** The class a program uses, and the file under providers/ that exports it. */
  resource: { readonly name: string; readonly definition: AnyDefinition };
  module: string;
  /** Tells it from another fixture of the same kind. */
  variant?: string;
  /** Brings up what the object needs around it; called once before all tests, `teardown` once after them. */
  setup(): Promise<void>;
  teardown(): Promise<void>;
  /** Good arguments, in canonical form: defaults filled in. */
  args(): Values;
  /** The same object with something changed that can change in place. */
  changed(): Values;
  /** That change is never taken back. */
  forward?: true;
  /** Another object; undefined where a host has only one. */
  replaced?(): Values;
  /** Wrong arguments, laid over the good ones, and the path each message must name. */
  bad: readonly { args: Values; path: string }[];
  /** Changes the object by hand; returns the argument in which that must show. */
  drift(): Promise<string>;
  /** Removes the object by hand; undefined where it is part of its host. */
  lose?(): Promise<void>;
  /** Makes an object of the same identity that is not ours, and looks whether it stands as it was made. */
  foreign(): Promise<void>;
  foreignIntact(): Promise<boolean>;
  /** Takes it away again. */
  removeForeign(): Promise<void>;
  /** What stands now of what any of the arguments above could have made. Nothing after a delete. */
  residue(): Promise<string[]>;
  /** Laid over good arguments: a host that refuses the connection, and, where the kind knows such, a dormant one. */
  unreachable(): Values;
  dormant?(): Values;
  /** Plaintexts that may stand nowhere. */
  secrets: readonly string[];
}

export type MakeFixture = (name: string) => KindFixture;

/** Writes of an object, without those of its ownership mark. */
export const objectWrites = (names: string[]): string[] =>
  names.filter((name) => !name.includes(LEDGER_DIRECTORY) && !name.includes(`/${LEDGER_REPOSITORY}/`));

/** A password for connections, to be looked for in errors, output and marks. */
export const PASSWORD = "a-password-nobody-may-read";

/** The connection of a host of that name behind a port nobody listens on. */
export function refusing(name: string, extra: { dormant?: boolean } = {}): ConnectionArgs {
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDY0y0Yd6pXxYtN2nTfZr0xGmUu3bH3JYk0V1hYbqzYF";
  return {
    ...{ kind: "ssh", name, address: "127.0.0.1", port: 1, user: "root", hostKey, password: PASSWORD },
    ...{ sudo: false, dormant: false, ...extra },
  };
}

/** What a kind's verbs get from the contract, for tests that look at hosts and marks themselves. */
export const context: Context = {
  signal: new AbortController().signal,
  progress: () => undefined,
  connect: async (connection: Connection) => (await import("../../lib/host/connect")).connect(connection),
};
