import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArchiveKey, TestArchive } from "../../support/apt/archive";
import { debOf } from "../../support/apt/deb";

/** An apt archive that this machine reaches and the lab does not, and a directory for what is mirrored of it. */
export class Upstream {
  readonly store = mkdtempSync(join(tmpdir(), "site-content-"));
  private readonly key = new ArchiveKey();
  private archive: TestArchive | undefined;

  async start(): Promise<void> {
    this.archive = await TestArchive.start();
    this.publish("1");
  }

  /** Its two packages, at that version. */
  publish(version: string): void {
    const packages = ["site-tool", "site-other"].map((name) => {
      return { name, version, architecture: "all", bytes: debOf(name, version, `${name} ${version}\n`).deb };
    });
    this.archive?.publish("site", packages, { key: this.key });
  }

  /** What its clients must hold, put beside a program. */
  putKeyring(file: string): void {
    copyFileSync(this.key.keyring, file);
  }

  /** seed.apt of a stack file: all it has, for the seed, and one package of it, for a node. `more` goes to the first. */
  mirrors(keyring: string, node: string, more = ""): string {
    const trust = `trust: { keyrings: [${this.key.keyring}] }`;
    const from = `from: { suites: [{ uri: "${this.archive?.uri}", suite: site, architectures: [amd64], ${trust} }] }`;
    const whole = `{ name: site, ${from}, keyring: ${keyring}, clients: [seed]${more} }`;
    return `[${whole}, { name: tools, ${from}, packages: [site-tool], clients: [${node}] }]`;
  }

  async close(): Promise<void> {
    this.key.remove();
    rmSync(this.store, { recursive: true });
    await this.archive?.close();
  }
}
