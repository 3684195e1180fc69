// What runtime/load.cjs costs: a start from its cache, and the preview that follows an edit of a .ts file.
import { execFileSync } from "node:child_process";
import { Contest } from "./support/contest";
import { inDirectory } from "./support/directory";
import { heading, median, print } from "./support/figure";
import { files, ours, type Project } from "./support/project";

const ROUNDS = 9;

/** Milliseconds from requiring the loader to knowing the path of the bundle, in a process of its own. */
function hit({ files: { root }, environment }: Project): number {
  const script = `const begin = performance.now();
    require("./runtime/load.cjs").artifact("program");
    console.log(performance.now() - begin);`;
  return Number(execFileSync("node", ["-e", script], { cwd: root, env: environment }).toString());
}

heading("make bench ONLY=load");
void inDirectory(async (directory) => {
  const program = (name: string) => files(3, `${directory}/${name}`);
  const contest = new Contest({ edited: ours(program("edited")), rested: ours(program("rested")) });
  const { edited, rested } = contest.projects;
  try {
    contest.run("up");
    contest.run("preview");
    contest.forget();
    const hits = Array.from({ length: 15 }, () => hit(rested));
    print({ name: "source hash and cache hit", ours: median(hits), unit: "ms", goal: 25 });
    for (let round = 0; round < ROUNDS; round++) {
      edited.files.write("index.ts", `${program("edited")}// edit ${round}\n`);
      contest.run("preview");
    }
    const [after, without] = [contest.time("edited", "preview"), contest.time("rested", "preview")];
    print({ name: "preview of 3 after an edit, against one without", ours: after, peer: without, unit: "ms" });
  } finally {
    contest.remove();
  }
});
