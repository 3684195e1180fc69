// A mirror of 600 packages of 5 MB over a line of 1 Gb/s, 10 ms away: how much of the line each tool uses.
import { join } from "node:path";
import { ArchiveKey } from "../tests/support/apt/archive";
import { BigArchive } from "./support/apt/big-archive";
import { PARTS, PEERS } from "./support/apt/mirrors";
import { inDirectory } from "./support/directory";
import { heading, print } from "./support/figure";
import { measured, OURS } from "./support/measured";
import { runs } from "./support/parts";
import { GIGABIT, Upstream } from "./support/upstream";

runs(PARTS, async () => {
  const key = new ArchiveKey();
  heading("make bench ONLY=apt-line");
  try {
    await inDirectory(async (directory) => {
      const archive = new BigArchive(join(directory, "upstream"), key, 600, 5e6, 1);
      const upstream = await Upstream.start({ directory: archive.directory, rate: GIGABIT, delay: 10 });
      try {
        for (const tool of [OURS, ...PEERS]) {
          const common = { address: upstream.address, suites: archive.names, keyring: key.keyring };
          const { wall, bytes } = await measured(tool, { ...common, directory: join(directory, tool.name) }, upstream);
          const figure = { ours: wall, peer: (bytes / GIGABIT) * 1000, unit: "ms" } as const;
          const goal = tool === OURS ? { goal: 1.053 } : {};
          print({ name: `3 GB: ${tool.name}, against the line`, ...figure, ...goal });
        }
      } finally {
        upstream.stop();
      }
    });
  } finally {
    key.remove();
  }
});
