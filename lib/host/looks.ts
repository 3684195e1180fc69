import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { HostError } from "./host";
import { lookCommands, namesPath, split, type Verb } from "./look-commands";
import { quote } from "./quote";
import type { Running } from "./running";
import { type Reply, Shell } from "./shell";

/** What a look at one path brought. */
export type Answer = { found: Buffer } | { absent: true } | { failed: string };

interface Ask {
  verb: Verb;
  path: string;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

const BATCH = 128;
const SILENCE = 60_000;
/** Paths that no tool quotes in its messages; others are asked for one at a time. */
const PLAIN = /^[\w./-]+$/;

/**
 * Looks at files through one shell that stays: a channel of its own for every look would cost some milliseconds each.
 * What is asked while an answer is under way goes out together. A look changes nothing, so after a cut it is repeated.
 */
export class Looks {
  private readonly queue: Ask[] = [];
  private busy = false;
  private shell: Promise<Shell> | undefined;

  constructor(
    private readonly host: string,
    private readonly start: () => Promise<Running>,
    private readonly silence = SILENCE,
  ) {}

  ask(verb: Verb, path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.queue.push({ verb, path, resolve, reject });
      void this.drain();
    });
  }

  private async drain(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await setImmediate();
    for (let batch = this.next(); batch.length; batch = this.next()) {
      try {
        const answers = await this.answer(batch);
        for (const [index, ask] of batch.entries()) ask.resolve(answers[index] as Answer);
      } catch (error) {
        for (const ask of batch) ask.reject(error);
      }
    }
    this.busy = false;
  }

  /** The longest run of questions of one kind that may go out as one command. */
  private next(): Ask[] {
    const verb = this.queue[0]?.verb;
    const alone = (ask: Ask) => ask.verb === "list" || !PLAIN.test(ask.path);
    let run = 0;
    while (run < BATCH && this.queue[run]?.verb === verb && run < this.queue.length) {
      if (alone(this.queue[run] as Ask)) break;
      run++;
    }
    return this.queue.splice(0, Math.max(run, 1));
  }

  private async answer(batch: Ask[]): Promise<Answer[]> {
    const paths = batch.map((ask) => ask.path);
    const { command, separator } = lookCommands[batch[0]?.verb ?? "stat"](paths);
    const reply = await this.transact(command, paths);
    const errors = reply.errors.split("\n").filter(Boolean);
    const parts = split(reply.output, separator);
    let part = 0;
    return paths.map((path, index) => {
      const error = paths.length === 1 ? errors.at(-1) : errors.find((line) => namesPath(line, path));
      // stat says nothing for what it did not find; cat leaves its place empty.
      const found = error && batch[0]?.verb === "stat" ? undefined : parts[part++];
      if (reply.code === 0 || (!error && paths.length > 1)) return found ? { found } : { failed: "no answer" };
      // ENOENT alone proves absence: no permission, a file for a directory or a bad disk say something else.
      if (!error?.endsWith(": No such file or directory")) return { failed: error ?? `exit code ${reply.code}` };
      return reply.links[index] === "1" ? { failed: "a symbolic link that leads nowhere" } : { absent: true };
    });
  }

  private async transact(command: string, paths: string[]): Promise<Reply> {
    const nonce = randomBytes(16).toString("hex");
    const lines = [
      // Standard output goes out as it comes, messages are kept apart and follow it.
      `{ e=$(${command} </dev/null 2>&1 >&3); r=$?; } 3>&1`,
      `l=; [ $r = 0 ] || for p in ${quote(paths)}; do if [ -L "$p" ]; then l="$l"1; else l="$l"0; fi; done`,
      `printf '%s%s\\n%s %d -%s\\n' ${nonce} "$e" ${nonce} $r "$l"\n`,
    ].join("; ");
    try {
      return await this.once(lines, nonce);
    } catch (error) {
      if (!(error instanceof HostError) || error.code !== "cut") throw error;
      return await this.once(lines, nonce);
    }
  }

  private async once(command: string, nonce: string): Promise<Reply> {
    this.shell ??= this.start().then((running) => new Shell(this.host, running, this.silence));
    try {
      return await (await this.shell).ask(command, nonce);
    } catch (error) {
      const shell = this.shell;
      this.shell = undefined;
      // The shell may be beyond reach; the error that matters is the one at hand.
      void shell?.then((open) => open.kill()).catch(() => {});
      throw error;
    }
  }
}
