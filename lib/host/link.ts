import { connect as dial, type Socket } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { Client, type ClientChannel } from "ssh2";
import type { Login } from "./connection";
import type { HostError } from "./host";
import { keepAlive, type Patience } from "./keep-alive";
import { loginSettings } from "./login";
import { fingerprint, LinkTrouble } from "./trouble";

export interface Timing extends Patience {
  /** Milliseconds for the whole way from the first packet to being logged in. */
  connect: number;
  /** Milliseconds until the server must have started a command. */
  command: number;
}

export const DEFAULT_TIMING: Timing = { connect: 10_000, command: 60_000, keepAlive: 5_000, keepAliveCount: 3 };

/** The server frees a session some moments after it told us of the end: a new one may find no room yet. */
const SESSION_PATIENCE = 2_000;
const SESSION_RETRY = 20;

/** One SSH connection that is opened when needed and, after a cut, again for the next call. */
export class Link {
  private client: Promise<Client> | undefined;
  private failure: HostError | undefined;
  private readonly trouble: LinkTrouble;

  constructor(
    name: string,
    private readonly login: Login,
    private readonly via?: Link,
    private readonly timing: Timing = DEFAULT_TIMING,
  ) {
    this.trouble = new LinkTrouble(name, login);
  }

  /** Connects if need be. The first failure is remembered: a dead host costs one attempt, not one per resource. */
  async open(): Promise<Client> {
    if (this.failure) throw this.failure;
    this.client ??= this.attempt();
    return this.client;
  }

  /** Starts a command. Sent once only: it is tried again solely where it surely never reached the server. */
  async start(line: string): Promise<ClientChannel> {
    const patience = Date.now() + SESSION_PATIENCE;
    for (let first = true; ; first = false) {
      try {
        return await this.request(await this.open(), line);
      } catch (error) {
        if (this.trouble.noSession(error) && Date.now() < patience) await setTimeout(SESSION_RETRY);
        else if (!first || !this.trouble.neverSent(error)) throw this.trouble.refused(error);
      }
    }
  }

  /** Why the connection broke, for the calls that were cut by it. */
  get cause(): string {
    return this.trouble.cause;
  }

  /** The next call may try anew. */
  forget(): void {
    this.failure = undefined;
    this.via?.forget();
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A connection that never came up has nothing to end; its failure was told to whoever asked for it.
    await client?.then((open) => open.end()).catch(() => {});
  }

  private attempt(): Promise<Client> {
    const lost = () => {
      if (this.client === attempt) this.client = undefined;
    };
    const attempt: Promise<Client> = this.connect(lost).catch((error: unknown) => {
      lost();
      this.failure = this.trouble.explain(error);
      throw this.failure;
    });
    return attempt;
  }

  private request(client: Client, line: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      let late = false;
      const timer = globalThis.setTimeout(() => {
        late = true;
        reject(this.trouble.slow(this.timing.command));
      }, this.timing.command);
      client.exec(line, (error, channel) => {
        clearTimeout(timer);
        if (error) reject(error);
        else if (late) channel.close();
        else resolve(channel);
      });
    });
  }

  private async connect(lost: () => void): Promise<Client> {
    const login = {
      ...loginSettings(this.login, (key) => {
        this.trouble.seenKey = fingerprint(key);
      }),
      readyTimeout: this.timing.connect,
    };
    const sock = this.via ? await this.via.forward(this.login) : this.socket();
    const client = new Client();
    client.on("keyboard-interactive", (_name, _text, _lang, prompts, answer) =>
      answer(prompts.map(() => this.login.password ?? "")),
    );
    this.trouble.begin();
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.on("error", (error) => {
        if (!this.trouble.isFinal(error)) return;
        lost();
        reject(error);
      });
      client.once("end", lost).once("close", () => {
        lost();
        reject(new Error("the connection was closed"));
      });
      client.connect({ ...login, sock });
    });
    keepAlive(client, this.timing, (why) => {
      this.trouble.cause = why;
      sock.destroy();
    });
    return client;
  }

  /** Never keeps the process alive: calls in flight do that with their timers. */
  private socket(): Socket {
    const socket = dial({ host: this.login.address, port: this.login.port, noDelay: true });
    return socket.unref();
  }

  private async forward({ address, port }: Login): Promise<Readable> {
    const client = await this.open();
    return new Promise((resolve, reject) => {
      const timer = globalThis.setTimeout(
        () => reject(new Error("the jump host did not open a way")),
        this.timing.connect,
      );
      client.forwardOut("127.0.0.1", 0, address, port, (error, stream) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(stream);
      });
    });
  }
}
