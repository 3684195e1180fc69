import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";

const START_MS = 15_000;

/** Starts a server and waits until it answers at a URL; an error where it ends before. Returns what stops it. */
export async function startServer(
  program: string,
  argv: readonly string[],
  url: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), "openstack-site-server-"));
  const file = join(directory, "log");
  // To a file: a pipe that a busy test does not empty would hold the server up.
  const log = openSync(file, "w");
  const child = spawn(program, argv, { stdio: ["ignore", "ignore", log], env });
  closeSync(log);
  const stop = async () => {
    await end(child);
    // A test that starts it again stops it once more at its end.
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await answers(child, url, () => readFileSync(file, "utf8").slice(-2000));
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function answers(child: ChildProcess, url: string, lastWords: () => string): Promise<void> {
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = `${error.message}. Try: apt-get install docker-registry`;
  });
  child.once("exit", (code) => {
    ended ??= `it ended with code ${code}: ${lastWords()}`;
  });
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(20)) {
    if (ended !== undefined) throw new Error(`${child.spawnfile} does not start: ${ended}`);
    if (await up(url)) return;
  }
  throw new Error(`${child.spawnfile} does not answer at ${url} after ${START_MS} ms: ${lastWords()}`);
}

/** Whether anything but a failure of the server comes back; its certificate is not this one's to judge. */
async function up(url: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  return request(url, { dispatcher })
    .then(
      ({ statusCode }) => statusCode < 500,
      () => false,
    )
    .finally(() => dispatcher.destroy());
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
