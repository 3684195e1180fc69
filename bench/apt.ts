// Mirrors of many small packages over loopback: against the tools people use, and how time grows with the number of
// packages. Each tool runs in processes of its own; memory is that of the largest of them.
import { join } from "node:path";
import { ArchiveKey } from "../tests/support/apt/archive";
import { BigArchive } from "./support/apt/big-archive";
import { PARTS, PEERS, type Source } from "./support/apt/mirrors";
import { sizes } from "./support/compare";
import { inDirectory } from "./support/directory";
import { heading, print } from "./support/figure";
import { type Mirrorer, measured, OURS, type Taken } from "./support/measured";
import { runs } from "./support/parts";
import { timed } from "./support/timed-command";
import { Upstream } from "./support/upstream";

type Phase = "full" | "no change" | "1 % changed";

const SUITES = 8;

/** All phases by all tools, each phase by one after the other. */
async function contest(
  tools: readonly Mirrorer<Source>[],
  archive: BigArchive,
  key: ArchiveKey,
  directory: string,
): Promise<(tool: string, phase: Phase) => Taken> {
  const upstream = await Upstream.start({ directory: archive.directory });
  const taken = new Map<string, Taken>();
  const common = { address: upstream.address, suites: archive.names, keyring: key.keyring };
  try {
    // The first change is not as all others are: nothing is served yet that could be taken for the next state.
    for (const phase of ["full", "no change", "first change", "1 % changed"] as const) {
      if (phase === "first change" || phase === "1 % changed") archive.change(0.01);
      for (const tool of tools) {
        const source = { ...common, directory: join(directory, tool.name) };
        const result = await measured(tool, source, upstream);
        // Some end well with files missing.
        if (phase === "full" && result.bytes < archive.bytes) throw new Error(`${tool.name} did not fetch all`);
        taken.set(`${tool.name} ${phase}`, result);
      }
    }
  } finally {
    upstream.stop();
  }
  return (tool, phase) => taken.get(`${tool} ${phase}`) as Taken;
}

function tell(count: number, of: (tool: string, phase: Phase) => Taken): void {
  for (const phase of ["full", "no change", "1 % changed"] as const) {
    const ours = of("ours", phase);
    const goal = { full: 1, "no change": 0.05, "1 % changed": 1 }[phase];
    for (const { name } of PEERS) {
      const peer = of(name, phase);
      const title = `${phase}, ${count} packages: ${name}`;
      print({ name: title, ours: ours.wall, peer: peer.wall, unit: "ms", goal });
      print({ name: "  processors", ours: ours.cpu, peer: peer.cpu, unit: "ms" });
      print({ name: "  memory", ours: ours.memory / 1000, peer: peer.memory / 1000, unit: "MB" });
      print({ name: "  asked", ours: ours.requests, peer: peer.requests, unit: "requests" });
      print({ name: "  moved", ours: ours.bytes / 1e6, peer: peer.bytes / 1e6, unit: "MB" });
    }
  }
}

/** Small packages: what counts is how many. */
async function counts(key: ArchiveKey): Promise<void> {
  const all = sizes([15_000, 30_000, 60_000]);
  const walls: Record<Phase, number>[] = [];
  for (const [index, count] of all.entries()) {
    await inDirectory(async (directory) => {
      const archive = new BigArchive(join(directory, "upstream"), key, count, 1000, SUITES);
      const largest = index === all.length - 1;
      // The peers on the smallest alone: on the largest they take a quarter of an hour.
      const of = await contest(index === 0 ? [OURS, ...PEERS] : [OURS], archive, key, directory);
      const wall = (phase: Phase) => of("ours", phase).wall;
      walls.push({ full: wall("full"), "no change": wall("no change"), "1 % changed": wall("1 % changed") });
      if (index === 0) tell(count, of);
      if (!largest) return;
      print({
        name: `no change, ${count} packages in ${SUITES} suites`,
        ours: wall("no change"),
        unit: "ms",
        goal: 2000,
      });
      const order = JSON.stringify({ directory: join(directory, "ours") });
      const { wall: taken } = await timed([process.execPath, process.argv[1] as string, "publish", order]);
      print({ name: `published, ${count} packages`, ours: taken, unit: "ms", goal: 2000 });
    });
  }
  for (const [index, count] of all.entries()) {
    const times = count / (all[0] as number);
    if (index === 0) continue;
    for (const phase of ["full", "1 % changed"] as const) {
      const peer = (walls[0]?.[phase] as number) * times;
      print({
        name: `${phase}: ${count} against ${times} x ${all[0]}`,
        ours: walls[index]?.[phase] as number,
        peer,
        unit: "ms",
        goal: 1.1,
      });
    }
  }
}

/** One suite as large as Debian's own. */
async function memory(key: ArchiveKey): Promise<void> {
  await inDirectory(async (directory) => {
    const archive = new BigArchive(join(directory, "upstream"), key, 63_000, 200, 1);
    const of = await contest([OURS], archive, key, directory);
    for (const phase of ["full", "no change", "1 % changed"] as const) {
      print({
        name: `memory: ${phase}, 63000 packages in one suite`,
        ours: of("ours", phase).memory / 1000,
        unit: "MB",
        goal: 300,
      });
    }
  });
}

runs(PARTS, async () => {
  const key = new ArchiveKey();
  heading("make bench ONLY=apt");
  try {
    await memory(key);
    await counts(key);
  } finally {
    key.remove();
  }
});
