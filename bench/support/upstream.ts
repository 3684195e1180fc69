import { type ChildProcess, spawn } from "node:child_process";
import { TOLD, type Told, type UpstreamOrder } from "./upstream-server";

/** Bytes a second of a line of 1 Gb/s. */
export const GIGABIT = 125e6;

/** The server in a process of its own, so that it takes none of the client's time. */
export class Upstream {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
  ) {}

  static async start(order: UpstreamOrder): Promise<Upstream> {
    const argv = [process.argv[1] as string, "serve", JSON.stringify(order)];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await new Promise<Buffer[]>((resolve) => child.stdout.once("data", (data) => resolve([data])));
    return new Upstream(child, `127.0.0.1:${JSON.parse(String(line)).port}`);
  }

  async told(): Promise<Told> {
    return (await (await fetch(`http://${this.address}${TOLD}`)).json()) as Told;
  }

  stop(): void {
    this.child.kill();
  }
}
