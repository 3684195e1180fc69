// An index of 600 wheels of 5 MB over a line of 1 Gb/s, 10 ms away: how much of the line each tool uses, and what a day
// without a change and one with a new wheel cost.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { inDirectory } from "./support/directory";
import { heading, print } from "./support/figure";
import { type Mirrorer, measured, OURS, type Taken } from "./support/measured";
import { runs } from "./support/parts";
import { BigIndex } from "./support/pypi/big-index";
import { LINE, PARTS, PEERS, type Source } from "./support/pypi/mirrors";
import { GIGABIT, Upstream } from "./support/upstream";

const [WHEELS, SIZE] = [600, 5e6];

runs(PARTS, async () => {
  heading("make bench ONLY=pypi-line");
  await inDirectory(async (directory) => {
    const from = join(directory, "upstream");
    mkdirSync(from);
    const upstream = await Upstream.start({ directory: from, rate: GIGABIT, delay: 10 });
    try {
      const index = new BigIndex(from, upstream.address, WHEELS, SIZE);
      const run = (tool: Mirrorer<Source>) => {
        // Whoever syncs its own files would else wait for all that the others have left to write.
        execFileSync("sync", ["--file-system", directory]);
        const { names, files } = index;
        const source = { address: upstream.address, names, files, directory: join(directory, tool.name) };
        return measured(tool, source, upstream);
      };
      const all = async () => {
        const taken = new Map<string, Taken>();
        for (const tool of [OURS, ...PEERS]) taken.set(tool.name, await run(tool));
        return taken;
      };
      const line = (await run(LINE)).wall;
      for (const [name, { wall }] of await all()) {
        const goal = name === OURS.name ? { goal: 1.053 } : {};
        print({ name: `3 GB: ${name}, against the line`, ours: wall, peer: line, unit: "ms", ...goal });
      }
      compare("no change", await all());
      index.add();
      compare("one wheel more", await all());
    } finally {
      upstream.stop();
    }
  });
});

function compare(step: string, taken: Map<string, Taken>): void {
  const ours = taken.get(OURS.name)?.wall ?? Number.NaN;
  for (const { name } of PEERS) {
    print({ name: `${step}: ${name}`, ours, peer: taken.get(name)?.wall ?? Number.NaN, unit: "ms", goal: 0.1 });
  }
}
