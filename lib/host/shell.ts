import { lastLines } from "./failure";
import { HostError } from "./host";
import type { Ending, Running } from "./running";

export interface Reply {
  code: number;
  output: Buffer;
  errors: string;
  /** One digit a path: 1 for a symbolic link. Empty where the code is 0. */
  links: string;
}

/** A `sh` that stays and runs one line after another: `<output><nonce><errors>\n<nonce> <exit code> -<links>\n`. */
export class Shell {
  private onData: (chunk: Buffer) => void = () => {};
  private onEnd: (error: HostError) => void = () => {};
  private over: HostError | undefined;
  private said: Buffer = Buffer.alloc(0);

  constructor(
    private readonly host: string,
    private readonly running: Running,
    private readonly silence: number,
  ) {
    running.stdin.on("error", () => {}); // its end tells, and every question waits for that
    running.stdout.on("data", (chunk: Buffer) => this.onData(chunk));
    running.stderr.on("data", (chunk: Buffer) => {
      this.said = Buffer.concat([this.said, chunk]).subarray(-2000);
    });
    void running.ended.then((ending) => {
      this.over = this.judge(ending);
      this.onEnd(this.over);
    });
  }

  ask(command: string, nonce: string): Promise<Reply> {
    if (this.over) return Promise.reject(this.over);
    return new Promise((resolve, reject) => {
      const reader = new ReplyReader(nonce);
      const late = () => reject(this.error("timeout", `did not answer for ${this.silence / 1000} s`));
      const timer = setTimeout(late, this.silence);
      this.onEnd = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.onData = (chunk) => {
        timer.refresh();
        const reply = reader.add(chunk);
        if (!reply) return;
        clearTimeout(timer);
        this.onData = () => {};
        resolve(reply);
      };
      this.running.stdin.write(command);
    });
  }

  kill(): Promise<boolean> {
    return this.running.kill();
  }

  private judge(ending: Ending): HostError {
    if ("cut" in ending) return this.error("cut", `was cut off (${ending.cut})`);
    if ("signal" in ending) return this.error("cut", `was ended by signal ${ending.signal}`);
    return this.error("failed", `ended: ${lastLines(this.said) || `exit code ${ending.code}`}`);
  }

  private error(code: "timeout" | "cut" | "failed", what: string): HostError {
    return new HostError(code, this.host, `the shell that looks at files on ${this.host} ${what}`);
  }
}

/** Gathers output up to the line that ends a reply. */
class ReplyReader {
  private readonly chunks: Buffer[] = [];
  private last: Buffer = Buffer.alloc(0);
  private readonly end: RegExp;

  constructor(private readonly nonce: string) {
    this.end = new RegExp(`\\n${nonce} (\\d+) -([01]*)\\n$`);
  }

  add(chunk: Buffer): Reply | undefined {
    this.chunks.push(chunk);
    this.last = Buffer.concat([this.last, chunk.subarray(-512)]).subarray(-512);
    const match = this.end.exec(this.last.toString("latin1"));
    if (!match) return undefined;
    const all = Buffer.concat(this.chunks);
    const middle = all.indexOf(this.nonce);
    const errors = all.subarray(middle + this.nonce.length, all.length - match[0].length).toString();
    return { code: Number(match[1]), output: all.subarray(0, middle), errors, links: match[2] ?? "" };
  }
}
