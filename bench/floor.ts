// Below the floor: what settings of the engine and its backend take off an up and a destroy of our resources. The peer is
// the same project with the defaults; docs/adr/0008-checkpoints-and-batching.md says which of them are safe.
import { mkdtempSync, rmSync } from "node:fs";
import { rounds, sizes } from "./support/compare";
import { Contest } from "./support/contest";
import { inDirectory } from "./support/directory";
import { heading, print } from "./support/figure";
import { type Backend, files, ours, type Project } from "./support/project";

const DEFAULTS = "defaults";

/** Every setting, by the name its line carries. Backups and the event log are left out: they cost once a command. */
const settings = (memory: string): Record<string, Backend> => ({
  [DEFAULTS]: {},
  "defaults, a second time": {},
  "GOGC=400": { environment: { GOGC: "400" } },
  "PULUMI_PARALLEL=32": { environment: { PULUMI_PARALLEL: "32" } },
  PULUMI_DIY_BACKEND_ZSTD: { environment: { PULUMI_DIY_BACKEND_ZSTD: "true" } },
  "backend ?metadata=skip": { query: "?metadata=skip" },
  "?metadata=skip and GOGC=400": { query: "?metadata=skip", environment: { GOGC: "400" } },
  "state in memory": { directory: memory },
  PULUMI_SKIP_CHECKPOINTS: { environment: { PULUMI_SKIP_CHECKPOINTS: "true" } },
});

function measure(size: number, directory: string, memory: string): void {
  const projects: Record<string, Project> = {};
  for (const [name, backend] of Object.entries(settings(memory))) {
    projects[name] = ours(files(size, `${directory}/${Object.keys(projects).length}`), backend);
  }
  const contest = new Contest(projects);
  try {
    for (let round = 0; round < rounds(2); round++) {
      contest.run("up");
      contest.run("destroy");
    }
    for (const name of Object.keys(projects).filter((name) => name !== DEFAULTS)) {
      for (const verb of ["up", "destroy"] as const) {
        for (const clock of ["wall", "cpu"] as const) {
          const [mine, peer] = [contest.time(name, verb, clock), contest.time(DEFAULTS, verb, clock)];
          print({ name: `${verb} of ${size}, ${name}${clock === "cpu" ? ", CPU" : ""}`, ours: mine, peer, unit: "ms" });
        }
      }
    }
  } finally {
    contest.remove();
  }
}

heading("make bench ONLY=floor");
void inDirectory(async (directory) => {
  const memory = mkdtempSync("/dev/shm/bench-");
  try {
    for (const size of sizes([300])) measure(size, directory, memory);
  } finally {
    rmSync(memory, { recursive: true, force: true });
  }
});
