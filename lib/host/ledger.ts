import { createHash } from "node:crypto";
import type { Host } from "./host";

/** Who owns an object: a stack of a project. Not the URN, so that renaming a component orphans nothing. */
export interface Owner {
  project: string;
  stack: string;
}

/** The ownership mark of one object, written before the first byte of it. */
export interface Mark extends Owner {
  kind: string;
  identity: string;
  /** The resource at work on it last, for messages: its URN changes with its name. */
  urn: string;
  /** Drawn by the create that took the object: of two resources that name one object, the last to create it holds it. */
  claim: string;
  /** Not "done" until an apply or a removal ran to its end; read reports it, so the next run goes on. */
  state: "in-progress" | "removing" | "done";
  /** What stood there before we came, as the kind described it; null where nothing stood. */
  before: unknown;
  /** The process at work, as `machine:pid`, and its last sign of life: together the lease that keeps others out. */
  writer: string;
  since: string;
}

/** Where marks are kept: on a host, or beside the content in a registry. */
export interface Ledger {
  get(kind: string, identity: string): Promise<Mark | undefined>;
  put(mark: Mark): Promise<void>;
  drop(kind: string, identity: string): Promise<void>;
}

export const LEDGER_DIRECTORY = "/var/lib/openstack-site/ledger";

/** One file per kind and identity on the host that carries the object. */
export class HostLedger implements Ledger {
  constructor(
    private readonly host: Host,
    private readonly directory = LEDGER_DIRECTORY,
  ) {}

  private path(kind: string, identity: string): string {
    const digest = createHash("sha256").update(`${kind}\n${identity}`).digest("hex").slice(0, 32);
    return `${this.directory}/${kind.replace(":", "-")}-${digest}.json`;
  }

  async get(kind: string, identity: string): Promise<Mark | undefined> {
    const text = await this.host.readFile(this.path(kind, identity));
    return text && (JSON.parse(text.toString()) as Mark);
  }

  async put(mark: Mark): Promise<void> {
    await this.host.writeFile(this.path(mark.kind, mark.identity), `${JSON.stringify(mark)}\n`, { mode: "0600" });
  }

  async drop(kind: string, identity: string): Promise<void> {
    await this.host.removeFile(this.path(kind, identity));
  }
}
