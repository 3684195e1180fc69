import { Contest } from "./contest";
import { print } from "./figure";
import { files, ours, stub } from "./project";

const GOAL = 1.15;

/** SIZES=20,50 measures other numbers of resources than the usual, ROUNDS=1 fewer rounds. */
export const sizes = (usual: readonly number[]): readonly number[] =>
  process.env["SIZES"]?.split(",").map(Number) ?? usual;
export const rounds = (usual: number): number => Number(process.env["ROUNDS"] ?? usual);

/**
 * Up, preview and refresh without change, and destroy of `size` host:File against as many stubs. The stubs start as ours
 * do, so that the ratio is what our resources cost.
 */
export function compare(title: string, size: number, times: number, directory: string, connection?: object): void {
  const contest = new Contest({
    ours: ours(files(size, directory, connection)),
    peer: stub("preloaded", size),
  });
  try {
    for (let round = 0; round < times; round++) {
      for (const verb of ["up", "preview", "refresh", "preview", "refresh", "destroy"] as const) contest.run(verb);
    }
    for (const verb of ["up", "preview", "refresh", "destroy"] as const) {
      const figure = (clock: "wall" | "cpu") => {
        const [mine, peer] = [contest.time("ours", verb, clock), contest.time("peer", verb, clock)];
        return { name: `${verb} of ${size} ${title}`, ours: mine, peer, unit: "ms" } as const;
      };
      print({ ...figure("wall"), goal: GOAL });
      print({ ...figure("cpu"), name: "  the same in processor time" });
    }
  } finally {
    contest.remove();
  }
}
