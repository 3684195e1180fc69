import { createInterface } from "node:readline";
import { type JobMessage, type JobRequest, jobFailure, jobNamed } from "./jobs";
import "./jobs/apt-mirror";
import "./jobs/apt-plan";
import "./jobs/apt-site-key";
import "./jobs/checksum";
import "./jobs/copy-image";
import "./jobs/facts";
import "./jobs/pypi-index";
import "./jobs/pypi-wheel";
import "./jobs/scrub";
import "./jobs/serve";
import "./jobs/snapshot";
import "./jobs/source";

const REPORT_EVERY = 200;
const GRACE = 3000;

const gone = new AbortController();

function leave(): void {
  gone.abort(new Error("the connection closed"));
  setTimeout(() => process.exit(1), GRACE).unref();
}

function say(message: JobMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * Runs one job on a host that has neither this project nor its packages: bundled into a single file, shipped, started
 * over SSH. The request is the first line of standard input; when the input ends, whoever asked is gone, and so are we.
 */
async function run({ job, input }: JobRequest): Promise<JobMessage> {
  let last = 0;
  try {
    const found = jobNamed(job);
    if (!found) throw new Error(`this runner has no job "${job}"`);
    const output = await found.run(
      input,
      (progress) => {
        const passing = "done" in progress && progress.done !== progress.total;
        if (passing && Date.now() - last < REPORT_EVERY) return;
        last = Date.now();
        say({ progress });
      },
      gone.signal,
    );
    return { output };
  } catch (error) {
    return { error: jobFailure(error) };
  }
}

process.stdout.on("error", leave);
const lines = createInterface({ input: process.stdin });
lines.once("line", async (line) => {
  const message = await run(JSON.parse(line) as JobRequest);
  process.stdout.write(`${JSON.stringify(message)}\n`, () => process.exit(0));
});
lines.once("close", leave);
