// Start-up: a preview of three resources with nothing to change. The goal's peer is the bare precompiled stub, as a
// person would write it; the second line gives that stub our preload and our start script for the provider too.
import { Contest } from "./support/contest";
import { inDirectory } from "./support/directory";
import { heading, print } from "./support/figure";
import { files, ours, stub } from "./support/project";

const ROUNDS = 9;

heading("make bench ONLY=start");
void inDirectory(async (directory) => {
  const contest = new Contest({
    ours: ours(files(3, directory)),
    bare: stub("bare", 3),
    preloaded: stub("preloaded", 3),
  });
  try {
    contest.run("up");
    contest.run("preview");
    contest.forget();
    for (let round = 0; round < ROUNDS; round++) contest.run("preview");
    const [mine, bare, preloaded] = (["ours", "bare", "preloaded"] as const).map((name) =>
      contest.time(name, "preview"),
    ) as [number, number, number];
    print({ name: "preview of 3, against the bare stub", ours: mine, peer: bare, unit: "ms", goal: 1.1 });
    print({ name: "preview of 3, against a stub with our preload", ours: mine, peer: preloaded, unit: "ms" });
  } finally {
    contest.remove();
  }
});
