import { type Host, HostError } from "../host/host";
import type { Report } from "../progress";
import { fetchOptions } from "./apt-source";

export interface Bootstrap {
  /** Gets `layer.tar`, and carries the root while it is made. */
  directory: string;
  variant: string;
  architecture?: string;
  packages: readonly string[];
  /** Lines of sources.list; the root keeps them as its own. */
  sources: readonly string[];
  /** More of mmdebstrap's options, hooks for example. */
  options: readonly string[];
  env?: Record<string, string>;
}

/** With mounts of its own where that may be had: those of a killed run go with it. */
const ALONE = 'unshare --mount true 2>/dev/null && exec unshare --mount -- "$@"; exec "$@"';

/** Debian from packages into `layer.tar`, without any image to start from. `what` names it in errors. */
export async function bootstrap(
  host: Host,
  what: string,
  { directory, variant, architecture, packages, sources, options, env = {} }: Bootstrap,
  { onProgress, signal }: { onProgress: Report; signal?: AbortSignal },
): Promise<void> {
  // In a file: a proxy's password stays out of argv.
  await host.writeFile(`${directory}/apt.conf`, `${await fetchOptions(host)}\n`, { mode: "0600" });
  const argv = [
    ...["sh", "-c", ALONE, "sh"],
    ...["mmdebstrap", "--verbose", "--format=tar", `--variant=${variant}`],
    ...(architecture === undefined ? [] : [`--architectures=${architecture}`]),
    ...(packages.length > 0 ? [`--include=${packages.join(",")}`] : []),
    `--aptopt=${directory}/apt.conf`,
    ...options,
    // Without a suite's name: essential is what any of the sources says is.
    ...["", `${directory}/layer.tar`, ...sources],
  ];
  const run = (onOutput: (chunk: Buffer) => void) => {
    const output = { onStdout: onOutput, onStderr: onOutput };
    const common = { effect: `build ${what}`, timeout: 1_800_000, env: { ...env, TMPDIR: directory } };
    return host.exec(argv, { ...common, ...output, ...(signal && { signal }) });
  };
  await follow(what, onProgress, run);
}

/** Reads steps and packages out of what mmdebstrap and apt say; a failure is told with their last lines. */
async function follow(
  what: string,
  onProgress: Report,
  run: (onOutput: (chunk: Buffer) => void) => Promise<unknown>,
): Promise<void> {
  const last: string[] = [];
  let rest = "";
  let step = "starting";
  let failed = false;
  let done = 0;
  let total = 0;
  const onOutput = (chunk: Buffer) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      failed ||= line.startsWith("E: ");
      const [, begun] = /^I: (.+)\.\.\.$/.exec(line) ?? [];
      if (begun && !failed) step = begun;
      else if (line.startsWith("Setting up ")) done += 1;
      else total += Number(/(\d+) newly installed/.exec(line)?.[1] ?? 0);
    }
    last.splice(0, last.length, ...[...last, ...lines].slice(-15));
    onProgress({ step, done, unit: "items", ...(total > 0 && { total }) });
  };
  try {
    await run(onOutput);
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== "failed") throw error;
    const message = `${what}: ${step} failed:\n${last.join("\n")}`;
    throw new HostError("failed", error.host, message, "check the machine's apt sources: apt-get update");
  }
}
