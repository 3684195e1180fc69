// Preview without change, up, refresh and destroy of many resources: host:File on this machine against as many stubs,
// which start as ours do, so that the ratio is what our resources cost. SIZES=20,50 measures other numbers.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, heading, print } from "./support/figure";
import { files, ours, stub, type Verb } from "./support/project";

/** Rounds by number of resources: an up and a destroy of 1,000 take minutes. */
const SIZES = process.env["SIZES"]?.split(",").map(Number) ?? [300, 1000];
const rounds = (size: number): number => Number(process.env["ROUNDS"] ?? (size > 300 ? 2 : 3));
const GOAL = 1.15;

export async function compare(title: string, size: number, directory: string, connection?: object): Promise<void> {
  const projects = { ours: ours(files(size, directory, connection)), peer: stub("preloaded", size) };
  const both = (verb: Verb) => ({ ours: () => projects.ours.run(verb), peer: () => projects.peer.run(verb) });
  try {
    const taken = new Map<string, { ours: number; peer: number }[]>();
    const measure = async (name: string, verb: Verb) =>
      taken.set(name, [...(taken.get(name) ?? []), await alternate(1, both(verb))]);
    for (let round = 0; round < rounds(size); round++) {
      await measure("up", "up");
      for (let n = 0; n < 2; n++) {
        await measure("preview", "preview");
        await measure("refresh", "refresh");
      }
      await measure("destroy", "destroy");
    }
    for (const [name, times] of taken) {
      const sum = (key: "ours" | "peer") => times.reduce((total, time) => total + time[key], 0) / times.length;
      print({ name: `${name} of ${size} ${title}`, ours: sum("ours"), peer: sum("peer"), unit: "ms", goal: GOAL });
    }
  } finally {
    for (const project of Object.values(projects)) project.remove();
  }
}

async function main(): Promise<void> {
  heading("make bench ONLY=scale");
  const directory = mkdtempSync(join(tmpdir(), "bench-scale-"));
  try {
    for (const size of SIZES) await compare("files here", size, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
