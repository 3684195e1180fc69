import { Contest } from "./contest";
import { print } from "./figure";
import { type Backend, files, ours, stub } from "./project";

const GOAL = 1.15;

/** SIZES=20,50 measures other numbers of resources than the usual, ROUNDS=1 fewer rounds. */
export const sizes = (usual: readonly number[]): readonly number[] =>
  process.env["SIZES"]?.split(",").map(Number) ?? usual;
export const rounds = (usual: number): number => Number(process.env["ROUNDS"] ?? usual);

/** What `make up` sets for the engine and its backend (ADR 8). */
export const AS_WE_RUN: Backend = { query: "?metadata=skip", environment: { GOGC: "400" } };

/**
 * Up, preview and refresh without change, and destroy of `size` host:File, run as our commands run them, against as many
 * bare stubs, as a person would write and run them. The second line has a harder peer: a stub that starts and is run as
 * ours is, so that the ratio is what our resources themselves cost.
 */
export function compare(title: string, size: number, times: number, directory: string, connection?: object): void {
  const contest = new Contest({
    ours: ours(files(size, directory, connection), AS_WE_RUN),
    bare: stub("bare", size),
    preloaded: stub("preloaded", size, AS_WE_RUN),
  });
  try {
    for (let round = 0; round < times; round++) {
      for (const verb of ["up", "preview", "refresh", "preview", "refresh", "destroy"] as const) contest.run(verb);
    }
    for (const verb of ["up", "preview", "refresh", "destroy"] as const) {
      const figure = (peer: "bare" | "preloaded") =>
        ({ ours: contest.time("ours", verb), peer: contest.time(peer, verb), unit: "ms" }) as const;
      print({ name: `${verb} of ${size} ${title}`, ...figure("bare"), goal: GOAL });
      print({ name: "  against a stub with our start and settings", ...figure("preloaded") });
    }
  } finally {
    contest.remove();
  }
}
