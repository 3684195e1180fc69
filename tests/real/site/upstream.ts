import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../lib/content/digest";
import { ArchiveKey, TestArchive } from "../../support/apt/archive";
import { debOf } from "../../support/apt/deb";
import { sdistOf } from "../../support/pypi/sdist";
import { TestIndex } from "../../support/pypi/upstream";
import { wheelOf } from "../../support/pypi/wheel";
import { GitRepository } from "../../support/source/git-repository";
import { PYTHON_PROJECT } from "../../support/source/python-project";

const GUEST = Buffer.alloc(100_000, "guest");
const PIP = join(__dirname, "../../../toolchain/pip-of-debian-12.txt");

/** An apt archive and a Python index that this machine reaches and the lab does not, and a directory for what is kept of them. */
export class Upstream {
  readonly store = mkdtempSync(join(tmpdir(), "site-content-"));
  private readonly key = new ArchiveKey();
  private readonly repository = new GitRepository();
  private archive: TestArchive | undefined;
  private index: TestIndex | undefined;

  async start(): Promise<void> {
    this.archive = await TestArchive.start();
    this.publish("1");
    this.index = await TestIndex.start();
    this.index.offer("site-app", wheelOf("site_app", "1.0", { requires: ["site-lib>=1"] }));
    this.index.offer("site-lib", wheelOf("site_lib", "1.0"));
    this.index.offer("site-native", sdistOf("site_native", "1.0", { native: true }));
    this.index.offer("pip", realPip());
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

  /** seed.pypi of a stack file. */
  indexes(list: string): string {
    const targets = `targets: [{ python: "3.11", architecture: x86_64 }]`;
    return `[{ name: python, lists: [${list}], ${targets}, builders: { x86_64: here }, upstream: "${this.index?.simple}" }]`;
  }

  /** seed.sources of a stack file: a Python project as a commit, and a file. */
  sources(): string {
    const tree = `{ name: tool, tree: { git: ${this.repository.path}, commit: ${this.repository.commit(PYTHON_PROJECT)}, python: { name: tool, version: "1.0" } } }`;
    this.archive?.files.set("guest.img", GUEST);
    const file = `{ url: "${this.archive?.uri}/guest.img", digest: "${digestOf(GUEST)}", path: images/guest.img }`;
    return `[${tree}, { name: guests, files: [${file}] }]`;
  }

  async close(): Promise<void> {
    await this.index?.close();
    this.key.remove();
    this.repository.remove();
    rmSync(this.store, { recursive: true });
    await this.archive?.close();
  }
}

/** The pip of Debian 12 itself: a lab host has none, and its wheel can be run as it is. */
function realPip() {
  const directory = mkdtempSync(join(tmpdir(), "site-pip-"));
  try {
    const how = ["--quiet", "--no-deps", "--require-hashes", "--dest", directory, "-r", PIP];
    execFileSync("python3", ["-m", "pip", "download", ...how]);
    const [filename = ""] = readdirSync(directory);
    return { filename, bytes: readFileSync(join(directory, filename)) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
