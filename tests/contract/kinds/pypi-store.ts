import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Digest } from "../../../lib/content/digest";
import { ContentStore } from "../../../lib/content/store";
import { buildIndex } from "../../../lib/pypi/build";
import { readLists } from "../../../lib/pypi/lists";
import { type IndexPlan, planIndex } from "../../../lib/pypi/plan";
import { type IndexStanding, indexShelf } from "../../../lib/pypi/shelf";
import { TestIndex } from "../../support/pypi/upstream";
import { wheelOf } from "../../support/pypi/wheel";

const LISTS = { one: "one==1.0\n", two: "one==1.0\ntwo==1.0\n" };
const targets = [{ python: "3.12", architecture: "x86_64", glibc: "2.36" } as const];

/** An upstream with two projects, lists of one and of both, and a store. */
export class PypiGround {
  private readonly plans = new Map<string, IndexPlan>();
  host = { kind: "local", name: "localhost" } as const;

  private constructor(
    readonly upstream: TestIndex,
    readonly store: string,
  ) {}

  static async make(): Promise<PypiGround> {
    const ground = new PypiGround(await TestIndex.start(), mkdtempSync(join(tmpdir(), "pypi-store-")));
    for (const name of ["one", "two"]) ground.upstream.offer(name, wheelOf(name, "1.0"));
    for (const [name, text] of Object.entries(LISTS)) {
      writeFileSync(ground.list(name), text);
      ground.plans.set(name, await planIndex(await ground.order(name)));
    }
    return ground;
  }

  async end(): Promise<void> {
    await this.upstream.close();
    rmSync(this.store, { recursive: true });
  }

  /** An index of this list as a plan describes it. */
  planned(list: keyof typeof LISTS) {
    const { selection, files, bytes } = this.plans.get(list) as IndexPlan;
    return { upstream: this.upstream.simple, lists: [this.list(list)], targets, selection, files, bytes, missing: 0 };
  }

  /** Builds by hand. */
  async build(name: string, list: keyof typeof LISTS): Promise<Digest> {
    const order = { store: this.store, name, ...(await this.order(list)) };
    return (await buildIndex(order, () => {}, new AbortController().signal)).manifest;
  }

  standing(name: string): Promise<IndexStanding | undefined> {
    return indexShelf.read(new ContentStore(this.store), name);
  }

  /** As if someone had put an older state there. */
  age(name: string): void {
    const file = indexShelf.file(this.store, name);
    const standing = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...standing, selection: `sha256:${"0".repeat(64)}` }));
  }

  forget(name: string): Promise<void> {
    return indexShelf.forget(new ContentStore(this.store), name, true);
  }

  /** Names of what stands in a directory of the store. */
  entries(directory: string): string[] {
    try {
      return readdirSync(join(this.store, directory)).map((name) => `${directory}/${name}`);
    } catch {
      return [];
    }
  }

  private list(name: string): string {
    return join(this.store, `${name}.txt`);
  }

  private async order(list: string) {
    return { upstream: this.upstream.simple, targets, lists: await readLists([this.list(list)]) };
  }
}
