import { createHash } from "node:crypto";
import { canonicalJson, type Digest } from "../content/digest";
import type { Ledger, Mark } from "../host/ledger";
import type { RegistryClient } from "./client";
import { deleteManifest, getManifest } from "./manifests";
import { note, putNote } from "./note";
import { RegistryError } from "./registry-error";

export const LEDGER_REPOSITORY = "openstack-site/ledger";
const MARK = "io.openstack-site.mark";
const ARTIFACT = "application/vnd.openstack-site.mark.v1+json";

/** What stands where a mark was, in a registry that deletes nothing. */
type Dropped = Pick<Mark, "kind" | "identity"> & { state: "dropped" };

/** Ownership marks inside the registry, so that whoever holds the content holds the marks: one manifest, one tag each. */
export class RegistryLedger implements Ledger {
  constructor(
    private readonly client: RegistryClient,
    private readonly repository = LEDGER_REPOSITORY,
  ) {}

  async get(kind: string, identity: string): Promise<Mark | undefined> {
    return (await this.read(kind, identity))?.mark;
  }

  put(mark: Mark): Promise<void> {
    return this.write(mark);
  }

  async drop(kind: string, identity: string): Promise<void> {
    const standing = await this.read(kind, identity);
    if (!standing) return;
    try {
      // By digest, which is this mark's alone because its bytes name it.
      await deleteManifest(this.client, this.repository, standing.digest);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.status !== 405) throw error;
      await this.write({ kind, identity, state: "dropped" });
    }
  }

  private async read(kind: string, identity: string): Promise<{ mark: Mark; digest: Digest } | undefined> {
    const tag = tagOf({ kind, identity });
    const manifest = await getManifest(this.client, this.repository, tag);
    if (!manifest) return undefined;
    const { annotations } = JSON.parse(manifest.bytes.toString()) as { annotations?: Record<string, string> };
    const mark = JSON.parse(annotations?.[MARK] ?? "{}") as Mark | Dropped | Record<string, never>;
    if (mark.kind !== kind || mark.identity !== identity) {
      throw new Error(
        `${this.client.address}/${this.repository}:${tag} is not the ownership mark of ${kind} ${identity}`,
      );
    }
    return mark.state === "dropped" ? undefined : { mark: mark as Mark, digest: manifest.digest };
  }

  private write(mark: Mark | Dropped): Promise<void> {
    const manifest = note({ [MARK]: canonicalJson(mark).toString() }, ARTIFACT);
    return putNote(this.client, this.repository, tagOf(mark), manifest);
  }
}

function tagOf({ kind, identity }: Pick<Mark, "kind" | "identity">): string {
  return createHash("sha256").update(`${kind}\n${identity}`).digest("hex").slice(0, 32);
}
