import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { writeProject } from "./cli-project";
import type { Values } from "./dynamic-provider";
import type { KindFixture } from "./fixture";

const ROOT = resolve(__dirname, "../..");
const CRASH = join(__dirname, "crash.cjs");
const UP = ["up", "--yes", "--skip-preview", "--continue-on-error"] as const;
const PASSPHRASE = "only for tests";

/** One resource of the program under test. */
export interface Declared {
  kind: string;
  name: string;
  args: Values;
  /** Below a component of this name. */
  parent?: string;
  /** An earlier name at the root of the stack. */
  formerly?: string;
  /** Names of resources above it that it waits for. */
  after?: string[];
}

export interface CliRun {
  code: number | NodeJS.Signals | null;
  /** Standard output and error together. */
  output: string;
  stdout: string;
}

/** A step of `preview --json`. */
export interface PreviewStep {
  op: string;
  urn: string;
  detailedDiff: Record<string, { kind: string; inputDiff: boolean }> | null;
}

/** The real CLI on a project of its own, which shares this project's providers and has a backend in its directory. */
export class Cli {
  readonly directory = mkdtempSync(join(tmpdir(), "cli-"));
  /** All that the CLI ever printed. */
  printed = "";

  constructor(fixtures: readonly KindFixture[]) {
    writeProject(this.directory, fixtures);
  }

  /** What the program declares from now on. */
  declare(resources: readonly Declared[]): void {
    writeFileSync(join(this.directory, "program.json"), JSON.stringify(resources));
  }

  /** Runs the CLI to whatever end. */
  async run(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliRun> {
    const child = spawn("pulumi", [...argv, "--non-interactive", "--color=never"], {
      cwd: this.directory,
      env: { ...process.env, ...this.environment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    const ended = new Promise<CliRun["code"]>((done, failed) => {
      child.once("error", failed);
      child.once("close", (code, signal) => done(signal ?? code));
    });
    const code = await ended;
    this.printed += output;
    return { code, output, stdout };
  }

  /** Runs the CLI and fails, with what it printed, unless it ends well. */
  async succeed(...argv: string[]): Promise<CliRun> {
    const run = await this.run(argv);
    if (run.code !== 0) throw new Error(`pulumi ${argv.join(" ")} ended with ${run.code}:\n${run.output}`);
    return run;
  }

  /** Brings the site to what is declared. */
  up(): Promise<CliRun> {
    return this.succeed(...UP);
  }

  /** An up that must fail; `crash` is the environment of crash.cjs. */
  async failingUp(crash: NodeJS.ProcessEnv = {}): Promise<CliRun> {
    const run = await this.run(UP, { ...crash, ...(crash["CRASH_AT"] && { NODE_OPTIONS: `--require ${CRASH}` }) });
    if (run.code === 0) throw new Error(`pulumi up did not fail:\n${run.output}`);
    return run;
  }

  /** Every step a preview announces that is not "same". */
  async preview(): Promise<PreviewStep[]> {
    const { stdout } = await this.succeed("preview", "--json");
    const { steps } = JSON.parse(stdout) as { steps: PreviewStep[] };
    return steps.filter(({ op }) => op !== "same" && op !== "refresh");
  }

  /** The state as it stands in the backend. */
  async state(): Promise<string> {
    return (await this.succeed("stack", "export")).stdout;
  }

  /** Replaces the state in the backend. */
  async importState(state: string): Promise<void> {
    const file = join(this.directory, "import.json");
    writeFileSync(file, state);
    await this.succeed("stack", "import", "--file", file);
  }

  /** Also ends what a killed CLI left: its language host, and a provider that was never called. */
  remove(): void {
    for (const pid of processesIn(this.directory)) process.kill(pid, "SIGKILL");
    rmSync(this.directory, { recursive: true });
  }

  private environment(): NodeJS.ProcessEnv {
    const path = [join(ROOT, ".tools/bin"), join(ROOT, "node_modules/.bin"), process.env["PATH"]];
    return {
      PATH: path.join(delimiter),
      PULUMI_BACKEND_URL: `file://${this.directory}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_STACK: "batch",
    };
  }
}

function processesIn(directory: string): number[] {
  const cwd = (pid: string): string => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return ""; // ended, or not ours to see
    }
  };
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => cwd(pid) === directory).map(Number);
}
