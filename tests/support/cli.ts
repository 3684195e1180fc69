import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { writeProject } from "./cli-project";
import { type CommandRun, processesIn, runCommand } from "./command";
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
  run(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
    return this.spawn("pulumi", [...argv, "--non-interactive", "--color=never"], env);
  }

  /** Runs a script of this project on the stack. */
  async script(path: string): Promise<void> {
    const { code, output } = await this.spawn(process.execPath, [join(ROOT, path)]);
    if (code !== 0) throw new Error(`${path} ended with ${code}:\n${output}`);
  }

  private async spawn(command: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
    const run = await runCommand(command, argv, this.directory, { ...process.env, ...this.environment(), ...env });
    this.printed += run.output;
    return run;
  }

  /** Runs the CLI and fails, with what it printed, unless it ends well. */
  async succeed(...argv: string[]): Promise<CommandRun> {
    const run = await this.run(argv);
    if (run.code !== 0) throw new Error(`pulumi ${argv.join(" ")} ended with ${run.code}:\n${run.output}`);
    return run;
  }

  /** Brings the site to what is declared. */
  up(): Promise<CommandRun> {
    return this.succeed(...UP);
  }

  /** An up that must fail. */
  async failingUp(env: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
    const run = await this.run(UP, env);
    if (run.code === 0) throw new Error(`pulumi up did not fail:\n${run.output}`);
    return run;
  }

  /** An up whose provider, or the CLI itself, or both, are killed at that moment of a side effect (crash.cjs). */
  async killedUp(whom: "provider" | "CLI" | "both", moment: number): Promise<CommandRun & { provider: number }> {
    const [at, effects] = [join(this.directory, "crash-at"), join(this.directory, "effects")];
    writeFileSync(at, String(moment));
    writeFileSync(effects, "");
    const crash = { NODE_OPTIONS: `--require ${CRASH}`, CRASH_AT: at, EFFECTS: effects };
    const run = await this.failingUp({ ...crash, CRASH_WHOM: { provider: "", CLI: "parent", both: "both" }[whom] });
    return { ...run, provider: Number.parseInt(readFileSync(effects, "utf8"), 10) };
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
      // As stack dev has it: a kill leaves no attribute file cut off (scripts/recover.cjs).
      PULUMI_BACKEND_URL: `file://${this.directory}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_STACK: "batch",
    };
  }
}
