// Start-up: a preview of three resources with nothing to change. The goal's peer is `bare`, a precompiled program as a
// person would write it; the second line gives the peer our preload and start script too.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, heading, print } from "./support/figure";
import { files, ours, stub } from "./support/project";

const ROUNDS = 7;

async function main(): Promise<void> {
  heading("make bench ONLY=start");
  const directory = mkdtempSync(join(tmpdir(), "bench-start-"));
  const projects = { ours: ours(files(3, directory)), bare: stub("bare", 3), preloaded: stub("preloaded", 3) };
  try {
    for (const project of Object.values(projects)) {
      project.run("up");
      project.run("preview");
    }
    const time = await alternate(ROUNDS, {
      ours: () => projects.ours.run("preview"),
      bare: () => projects.bare.run("preview"),
      preloaded: () => projects.preloaded.run("preview"),
    });
    print({ name: "preview of 3, against the bare stub", ours: time.ours, peer: time.bare, unit: "ms", goal: 1.1 });
    print({ name: "preview of 3, stub with our preload", ours: time.ours, peer: time.preloaded, unit: "ms" });
  } finally {
    for (const project of Object.values(projects)) project.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
