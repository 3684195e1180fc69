import { createInterface } from "node:readline";
import { type Job, type JobMessage, type JobRequest, jobFailure } from "./jobs";
import { aptGiveUp, aptMirror, aptRemember } from "./jobs/apt-mirror";
import { aptPlan } from "./jobs/apt-plan";
import { aptBringKey, aptObserveKey, aptRememberKey, aptRemoveKey } from "./jobs/apt-site-key";
import { checksum } from "./jobs/checksum";
import { copyImage } from "./jobs/copy-image";
import { facts } from "./jobs/facts";
import { pypiGiveUp, pypiIndex, pypiLook, pypiPlan, pypiRemember } from "./jobs/pypi-index";
import { scrubStore } from "./jobs/scrub";
import { serveBefore, served, servedBefore, serveManifest, unserveName } from "./jobs/serve";
import { snapshotDrop, snapshotTake } from "./jobs/snapshot";
import {
  sourceCollections,
  sourceFiles,
  sourceGiveUp,
  sourceRemember,
  sourceStanding,
  sourceTree,
} from "./jobs/source";

/**
 * Runs one job on a host that has neither this project nor its packages: bundled into a single file, shipped, started
 * over SSH. The request is the first line of standard input; when the input ends, whoever asked is gone, and so are we.
 */
const JOBS = [
  facts,
  aptObserveKey,
  aptBringKey,
  aptRememberKey,
  aptRemoveKey,
  checksum,
  copyImage,
  aptPlan,
  aptMirror,
  aptRemember,
  aptGiveUp,
  pypiPlan,
  pypiIndex,
  pypiLook,
  pypiRemember,
  pypiGiveUp,
  scrubStore,
  served,
  serveManifest,
  servedBefore,
  serveBefore,
  unserveName,
  snapshotTake,
  snapshotDrop,
  sourceStanding,
  sourceFiles,
  sourceTree,
  sourceCollections,
  sourceRemember,
  sourceGiveUp,
] as unknown as readonly Job<unknown, unknown>[];
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

async function run({ job, input }: JobRequest): Promise<JobMessage> {
  let last = 0;
  try {
    const found = JOBS.find(({ name }) => name === job);
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
