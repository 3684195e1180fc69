import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Report } from "../progress";
import { temporary } from "./files";
import type { Host } from "./host";

/** $1 target, $2 directory, $3 temporary file, $4 digest. A stream cut short fails in gunzip, a wrong one at the digest. */
const RECEIVE = [
  'set -e; umask 022; mkdir -p -- "$2"; trap \'rm -f -- "$3"\' EXIT; trap "exit 1" HUP INT TERM',
  'gunzip -c > "$3"; printf "%s  %s\\n" "$4" "$3" | sha256sum -c --status',
  'chmod 0755 -- "$3"; sync -- "$3"; mv -fT -- "$3" "$1"',
].join("\n");

export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/** Sends a file to where its digest says it belongs, compressed on the way. */
export async function ship(host: Host, file: string, digest: string, target: string, report?: Report): Promise<void> {
  const total = (await stat(file)).size;
  const source = createReadStream(file);
  let done = 0;
  source.on("data", (chunk) => {
    done += chunk.length;
    report?.({ done, total, unit: "bytes" });
  });
  const packed = createGzip({ level: 1 });
  source.on("error", (error) => packed.destroy(error));
  const { directory, name } = temporary(target);
  const argv = ["sh", "-c", RECEIVE, "sh", target, directory, posix.join(directory, name), digest];
  try {
    await host.exec(argv, { input: source.pipe(packed), timeout: 1_800_000, effect: `ship ${target}` });
  } finally {
    source.destroy();
  }
}
