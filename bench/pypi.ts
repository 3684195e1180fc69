import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../lib/content/served";
import { ContentStore } from "../lib/content/store";
import { buildIndex } from "../lib/pypi/build";
import { pypiPlane } from "../lib/pypi/plane";
import { wheelOf } from "../tests/support/pypi/wheel";
import { rounds } from "./support/compare";
import { heading, median, print } from "./support/figure";
import { FreshDisk } from "./support/fresh-disk";
import { python } from "./support/pypi/python-peers";

/** Ten versions a project. */
const VERSIONS = 10;

/** A directory of wheels, and what its makers of indexes get of it. */
class Ground {
  private readonly disk = new FreshDisk(2);
  readonly root = this.disk.directory;
  readonly wheels = join(this.root, "wheels");
  private readonly listed: { filename: string; hash: string }[] = [];

  constructor(readonly size: number) {
    mkdirSync(this.wheels);
    for (let n = 0; n < size; n++) this.add(`project-${Math.floor(n / VERSIONS)}`, `1.${n % VERSIONS}`);
    // Whoever comes first and syncs its own files would wait for all of these.
    execFileSync("sync", ["--file-system", this.root]);
  }

  add(name: string, version: string): void {
    const { filename, bytes } = wheelOf(name, version, { requires: ["other>=1"] });
    writeFileSync(join(this.wheels, filename), bytes);
    this.listed.push({ filename, hash: `sha256=${createHash("sha256").update(bytes).digest("hex")}` });
  }

  remove(): void {
    this.disk.remove();
  }

  list(): string {
    const file = join(this.root, "list.json");
    writeFileSync(file, this.listed.map((each) => `${JSON.stringify(each)}\n`).join(""));
    return file;
  }
}

type Maker = (ground: Ground) => Promise<void> | void;

const ours: Maker = async ({ root, wheels }) => {
  const store = join(root, "store");
  const order = {
    store,
    name: "site",
    upstream: "http://127.0.0.1:1/simple",
    lists: {},
    targets: [],
    directory: wheels,
  };
  const { manifest } = await buildIndex(order, () => {}, new AbortController().signal);
  const content = new ContentStore(store);
  const before = served.get(root);
  if (before !== manifest) await serve(pypiPlane, content, "site", manifest, null);
  served.set(root, manifest);
};
const served = new Map<string, string>();

const peers: Record<string, Maker> = {
  "dir2pi (pip2pi)": ({ wheels }) =>
    python("import sys; from libpip2pi.commands import dir2pi; sys.exit(dir2pi())", wheels),
  "dumb-pypi": (ground) =>
    python(
      "import sys; from dumb_pypi.main import main; sys.exit(main())",
      ...["--package-list-json", ground.list(), "--packages-url", "../../packages"],
      ...["--output-dir", join(ground.root, "dumb")],
    ),
};

async function milliseconds(maker: Maker, ground: Ground): Promise<number> {
  const begin = performance.now();
  await maker(ground);
  return performance.now() - begin;
}

/** Build, no change, one file added, for every maker; the median of the rounds. */
async function measure(size: number): Promise<Map<string, number[]>> {
  const taken = new Map<string, number[][]>();
  for (let round = 0; round < rounds(3); round++) {
    for (const [name, maker] of [["ours", ours] as const, ...Object.entries(peers)]) {
      const ground = new Ground(size);
      const times = [await milliseconds(maker, ground), await milliseconds(maker, ground)];
      // The first is not as all others are: nothing is served yet that could be taken for the next state.
      for (const version of ["2.0", "2.1"]) {
        ground.add("project-0", version);
        times[2] = await milliseconds(maker, ground);
      }
      taken.set(name, [...(taken.get(name) ?? []), times]);
      ground.remove();
    }
  }
  const steps = [0, 1, 2];
  return new Map(
    [...taken].map(([name, all]) => [name, steps.map((at) => median(all.map((times) => times[at] ?? 0)))]),
  );
}

heading("make bench ONLY=pypi");
void (async () => {
  const added: number[] = [];
  for (const size of [1000, 10_000]) {
    const taken = await measure(size);
    const mine = taken.get("ours") ?? [];
    for (const [at, step] of ["build", "no change", "one file added"].entries()) {
      for (const peer of Object.keys(peers))
        print({
          name: `${size} files, ${step}: ${peer}`,
          ours: mine[at] ?? 0,
          peer: taken.get(peer)?.[at] ?? 0,
          unit: "ms",
          goal: 0.1,
        });
    }
    print({ name: `${size} files, no change, on the clock`, ours: mine[1] ?? 0, unit: "ms", goal: size / 10 });
    added.push(mine[2] ?? 0);
  }
  const [few = 0, many = 0] = added;
  print({ name: "one file added: to 10,000 against to 1,000", ours: many, peer: few, unit: "ms", goal: 1.5 });
})();
