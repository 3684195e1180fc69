import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContentStore } from "../../../lib/content/store";
import type { Job } from "../../../lib/host/jobs";
import type { SourceKind } from "../../../lib/source/manifest";
import { giveUp, type Standing, standing } from "../../../lib/source/standing";
import { TestArchive } from "../../support/apt/archive";
import { type KindFixture, PASSWORD, refusing } from "../../support/fixture";

/** A store, and a server whose files are put into it. */
export class SourceGround {
  readonly host = { kind: "local", name: "localhost" } as const;

  private constructor(
    private readonly source: SourceKind,
    readonly upstream: TestArchive,
    readonly store: string,
  ) {}

  static async make(source: SourceKind): Promise<SourceGround> {
    return new SourceGround(source, await TestArchive.start(), mkdtempSync(join(tmpdir(), `source-${source}-`)));
  }

  async end(): Promise<void> {
    await this.upstream.close();
    rmSync(this.store, { recursive: true });
  }

  args() {
    return { host: this.host, store: this.store, name: "site", deleteData: true };
  }

  served(path: string): string {
    return join(this.store, "served/site", path);
  }

  standing(): Promise<Standing | undefined> {
    return standing(new ContentStore(this.store), "site", this.source);
  }

  /** By hand. */
  async serve<I>(job: Job<I, unknown>, order: I): Promise<void> {
    await job.run(order, () => {}, new AbortController().signal);
  }

  async giveUp(): Promise<void> {
    await giveUp(new ContentStore(this.store), "site", true);
  }

  residue(): string[] {
    const directories = ["served", "trees", "pins", "blobs/sha256", "failures", "incoming"];
    return directories.flatMap((each) => {
      try {
        return readdirSync(join(this.store, each)).map((name) => `${each}/${name}`);
      } catch {
        return [];
      }
    });
  }
}

/** What fixtures of kinds that are served as they were asked for have in common. */
export const onSourceGround = (ground: () => SourceGround) =>
  ({
    teardown: () => ground().end(),
    lose: () => ground().giveUp(),
    removeForeign: () => ground().giveUp(),
    residue: async () => ground().residue(),
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  }) satisfies Partial<KindFixture>;
