import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forget } from "../../../lib/apt/forget";
import { mirror } from "../../../lib/apt/mirror";
import { mirrorShelf, readSummary, type SuiteSummary } from "../../../lib/apt/summary";
import { type Digest, digestOf } from "../../../lib/content/digest";
import { ContentStore } from "../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive } from "../../support/apt/archive";

const [one, two, three] = [packageOf("one"), packageOf("two"), packageOf("three")];

/** An archive with two suites, and a store it is mirrored to. */
export class AptGround {
  private constructor(
    readonly archive: TestArchive,
    readonly key: ArchiveKey,
    readonly store: string,
  ) {}

  static async make(): Promise<AptGround> {
    const key = new ArchiveKey();
    const archive = await TestArchive.start();
    archive.publish("trixie", [one, two], { key });
    archive.publish("bookworm", [one, three], { key });
    return new AptGround(archive, key, mkdtempSync(join(tmpdir(), "apt-store-")));
  }

  async end(): Promise<void> {
    this.key.remove();
    await this.archive.close();
    rmSync(this.store, { recursive: true });
  }

  host = { kind: "local", name: "localhost" } as const;

  source(suite: string) {
    const trust = { keyrings: [this.key.keyring] };
    return { uri: this.archive.uri, suite, components: ["main"], architectures: ["amd64"], sources: false, trust };
  }

  /** The suite as a plan describes it. */
  planned(suite: string) {
    const head = digestOf(this.archive.files.get(`dists/${suite}/InRelease`) as Buffer);
    return { ...this.source(suite), head, files: 2, bytes: 2000 };
  }

  /** Mirrors by hand. */
  async mirror(name: string, ...suites: string[]): Promise<Digest> {
    const order = { store: this.store, name, suites: suites.map((suite) => this.source(suite)) };
    return (await mirror(order, () => {}, new AbortController().signal)).manifest;
  }

  async suites(name: string): Promise<string[]> {
    return (await readSummary(this.store, name))?.suites.map(({ suite }) => suite) ?? [];
  }

  /** As if someone had put an older state there. */
  age(name: string): void {
    const file = mirrorShelf.file(this.store, name);
    const summary = JSON.parse(readFileSync(file, "utf8")) as { suites: SuiteSummary[] };
    for (const suite of summary.suites) suite.head = `sha256:${"0".repeat(64)}`;
    writeFileSync(file, JSON.stringify(summary));
  }

  forget(name: string): Promise<unknown> {
    return forget(new ContentStore(this.store), name, true);
  }

  /** Names of what stands in a directory of the store. */
  entries(directory: string): string[] {
    try {
      return readdirSync(join(this.store, directory)).map((name) => `${directory}/${name}`);
    } catch {
      return [];
    }
  }
}
