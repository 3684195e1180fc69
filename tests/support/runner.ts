import { join } from "node:path";
import { buildSync } from "esbuild";

/** Bundles the job runner into one file, as the program does before it ships it. */
export function bundleRunner(directory: string): string {
  const outfile = join(directory, "runner.cjs");
  const entryPoints = [join(__dirname, "../../lib/host/runner.ts")];
  buildSync({
    entryPoints,
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
  });
  return outfile;
}
