import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { FakeEngine } from "./engine";

const ROOT = resolve(__dirname, "../..");

export interface StartOptions {
  engine?: FakeEngine;
}

/** The SDK's own dynamic provider, started by the same script as the engine starts it, with its writes counted. */
export class ProviderProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly engine: FakeEngine,
    readonly port: number,
  ) {}

  static async start({ engine }: StartOptions = {}): Promise<ProviderProcess> {
    const directory = mkdtempSync(join(tmpdir(), "provider-"));
    writeFileSync(join(directory, "effects"), "");
    const log = openSync(join(directory, "log"), "w");
    const target = engine ?? (await FakeEngine.start());
    const child = spawn(join(ROOT, "runtime/plugin/pulumi-resource-pulumi-nodejs"), [target.address], {
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_OPTIONS: `--require ${join(__dirname, "crash.cjs")}`,
        EFFECTS: join(directory, "effects"),
        CRASH_AT: join(directory, "crash-at"),
      },
      stdio: ["ignore", "pipe", log],
    });
    closeSync(log);
    const port = await Promise.race([firstLine(child), once(child, "exit").then(() => undefined)]);
    const started = new ProviderProcess(child, directory, target, Number(port));
    if (!port) throw new Error(`the provider did not start: ${started.output()}`);
    return started;
  }

  /** What it printed: the SDK prints every error of check, diff, read and delete. */
  output(): string {
    return readFileSync(join(this.directory, "log"), "utf8");
  }

  /** The names of the side effects so far. */
  writes(): string[] {
    const lines = readFileSync(join(this.directory, "effects"), "utf8").split("\n");
    return lines.flatMap((line) => /^\d+ before (.*)$/.exec(line)?.[1] ?? []);
  }

  /** Ends the process as by kill -9 at the n-th moment of a side effect from now on (crash.cjs). */
  crashAt(moment: number): void {
    writeFileSync(join(this.directory, "crash-at"), String(moment));
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** How the process ended: its code, or the signal. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    return this.child.signalCode ?? this.child.exitCode;
  }

  /** The normal close of the engine; returns how the process ended. */
  async stop(): Promise<number | NodeJS.Signals | null> {
    this.signal("SIGINT");
    const end = await this.ended();
    this.engine.vanish();
    rmSync(this.directory, { recursive: true });
    return end;
  }
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (!child.stdout) return undefined;
  for await (const line of createInterface(child.stdout)) return line;
  return undefined;
}
