// What scripts/prove runs: the state of a stack on standard input says which indexes it serves, for whom, and where.
import { text } from "node:stream/consumers";
import { targetName } from "../lib/pypi/choose";
import { readLists } from "../lib/pypi/lists";
import { prove } from "../lib/pypi/prove";
import type { Target } from "../lib/pypi/target";

interface Index {
  name: string;
  lists: string[];
  targets: Target[];
}

interface State {
  deployment: { resources?: { type: string; outputs?: Partial<Index> & { content?: string } }[] };
}

const INDEX = "pulumi-nodejs:dynamic/pypi:Index";
const STACK = "pulumi:pulumi:Stack";

async function main([uv = ""]: string[]): Promise<void> {
  const { deployment } = JSON.parse(await text(process.stdin)) as State;
  const found = deployment.resources ?? [];
  const { content } = found.find(({ type }) => type === STACK)?.outputs ?? {};
  const indexes = found.filter(({ type }) => type === INDEX).map(({ outputs }) => outputs as Index);
  if (content === undefined || indexes.length === 0) return console.error("this stack serves no index");
  for (const { name, lists, targets } of indexes) {
    const holes = await prove({ uv, index: `${content}/${name}/simple/`, lists: await readLists(lists), targets });
    const asked = targets.map(targetName).join(", ");
    console.log(
      `index ${name} for ${asked}: ${holes.length === 0 ? "pip and uv find all of it" : "not all of it is found"}`,
    );
    for (const { target, by, why } of holes) console.log(`  ${target}, by ${by}: ${why.replaceAll("\n", "\n    ")}`);
    if (holes.length > 0) process.exitCode = 1;
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exit(1);
});
