import { spawn } from "node:child_process";

/** What a command took: milliseconds on the clock and of the processors, and kB of memory of its largest process. */
export interface Cost {
  wall: number;
  cpu: number;
  memory: number;
}

/** Runs a command under GNU time, its children included. What it says is shown only where it fails. */
export function timed(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Cost> {
  const child = spawn("/usr/bin/time", ["--format", "%U %S %M", "--quiet", ...argv], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      said = (said + data.toString()).slice(-4000);
    });
  }
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const wall = performance.now() - begin;
      const [user = 0, system = 0, memory = 0] = said.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
      if (code === 0) resolve({ wall, cpu: (user + system) * 1000, memory });
      else reject(new Error(`${argv.join(" ")} ended with ${code}:\n${said}`));
    });
  });
}
