import { hostname } from "node:os";
import type { Host } from "./host";
import { LocalHost } from "./local";

/** $1 parent, $2 machine, $3 process. What a killed process left goes at once where that can be seen, else in 2 h. */
const OPEN = `set -e; mkdir -p "$1"
find "$1" -maxdepth 1 -name 'build-*' -mmin +120 -exec rm -rf --one-file-system {} + || true
for left in "$1/build-$2."*; do
  maker=\${left#"$1/build-$2."}
  [ ! -d "$left" ] || [ -d "/proc/\${maker%%-*}" ] || rm -rf --one-file-system "$left" || true
done
mktemp -d "$1/build-$2.$3-XXXXXX"`;

/** Runs `work` in a fresh directory beside the target, on the same file system, and removes it whatever happens. */
export async function inWorkDirectory<T>(host: Host, parent: string, work: (path: string) => Promise<T>): Promise<T> {
  // Of another machine's processes nothing is known here.
  const maker = host instanceof LocalHost ? [hostname(), `${process.pid}`] : ["remote", "0"];
  const effect = `make a directory in ${parent}`;
  const made = await host.exec(["sh", "-c", OPEN, "sh", parent, ...maker], { effect, timeout: 300_000 });
  const path = made.stdout.toString().trim();
  try {
    return await work(path);
  } finally {
    await host.exec(["rm", "-rf", "--one-file-system", path], { effect: `remove ${path}`, timeout: 300_000 });
  }
}
