import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { ClientChannel } from "ssh2";
import { effect } from "../effect";
import type { SshConnection } from "./connection";
import { fileFailure } from "./failure";
import { assertAbsolute, temporary } from "./files";
import { withoutGroup } from "./group";
import { type ExecOptions, type ExecResult, type FileOptions, type FileStat, type Host, HostError } from "./host";
import type { Link } from "./link";
import { parseStat, type Verb } from "./look-commands";
import { type Answer, Looks } from "./looks";
import { END_GROUP, REMOVE_FILE, type RemoteOptions, remoteCommand, WRITE_FILE } from "./remote-command";
import { attend, type Ending, type Running, within } from "./running";
import { Slots } from "./slots";

/** Below sshd's default MaxSessions of 10: one is the shell that looks at files, one is kept to end commands. */
const CHANNELS = 8;

/** A machine over one SSH connection. Files go over commands, one round trip each: SFTP takes five or more. */
export class SshHost implements Host {
  readonly name: string;
  private readonly slots = new Slots(CHANNELS);
  private readonly looks: Looks;
  private readonly rise: RemoteOptions;

  constructor(
    connection: SshConnection,
    private readonly link: Link,
  ) {
    this.name = connection.name;
    this.rise = { sudo: connection.sudo, password: connection.password };
    this.looks = new Looks(this.name, () => this.start(["sh"]));
  }

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const run = () => this.slots.run(() => this.once(argv, options));
    return options.effect ? effect(options.effect, run) : this.looking(run, options);
  }

  readFile(path: string): Promise<Buffer | undefined> {
    return this.look("read", path);
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const found = await this.look("stat", path);
    return found && parseStat(found.toString().trim());
  }

  async list(path: string): Promise<string[]> {
    const found = await this.look("list", path);
    return found ? found.toString().split("\0").slice(0, -1) : [];
  }

  writeFile(path: string, content: string | Buffer | Readable, options: FileOptions = {}): Promise<void> {
    const mark = randomBytes(24).toString("hex");
    const { mode = "0644", owner = "", group = "" } = options;
    const { directory, prefix, suffix, name } = temporary(path);
    return this.change("write", path, async () => {
      const argv = ["sh", "-c", WRITE_FILE, "sh", path, directory, prefix, suffix, name, mark, mode, owner, group];
      const timeout = content instanceof Readable ? 3_600_000 : 120_000;
      return this.slots.run(() => this.once(argv, { input: withMark(content, mark), timeout, accept: ANY }));
    });
  }

  removeFile(path: string): Promise<void> {
    const { directory, prefix, suffix } = temporary(path);
    const argv = ["sh", "-c", REMOVE_FILE, "sh", path, directory, prefix, suffix];
    return this.change("remove", path, () => this.slots.run(() => this.once(argv, { accept: ANY })));
  }

  close(): Promise<void> {
    return this.link.close();
  }

  /** A call that only looks is repeated once after a cut, unless its output was handed out already. */
  private async looking(run: () => Promise<ExecResult>, options: ExecOptions): Promise<ExecResult> {
    const once = options.input instanceof Readable || options.onStdout || options.onStderr;
    try {
      return await run();
    } catch (error) {
      if (once || options.signal?.aborted || !(error instanceof HostError) || error.code !== "cut") throw error;
      return run();
    }
  }

  private async look(verb: Verb, path: string): Promise<Buffer | undefined> {
    assertAbsolute(this.name, path);
    const answer: Answer = await this.looks.ask(verb, path);
    if ("failed" in answer) throw fileFailure(this.name, verb, path, answer.failed);
    return "found" in answer ? answer.found : undefined;
  }

  private change(verb: string, path: string, run: () => Promise<ExecResult>): Promise<void> {
    return effect(`${verb} ${path}`, async () => {
      assertAbsolute(this.name, path);
      const { code, stderr } = await run();
      if (code !== 0) throw fileFailure(this.name, verb, path, stderr.toString().trim().slice(-1000));
    });
  }

  private async once(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    options.signal?.throwIfAborted();
    return attend(await this.start(argv, options.env), this.name, argv, options);
  }

  private async start(argv: readonly string[], env?: ExecOptions["env"]): Promise<Running> {
    const { line, preamble } = remoteCommand(argv, { ...this.rise, env });
    const channel = await this.link.start(line);
    if (preamble) channel.write(preamble);
    return this.running(channel);
  }

  private running(channel: ClientChannel): Running {
    const { rest: stderr, group } = withoutGroup(channel.stderr);
    channel.on("error", () => {});
    const closed = new Promise<Ending>((resolve) => {
      channel.once("close", (code: number | null | undefined, signal?: string) => {
        if (typeof code === "number") resolve({ code });
        else resolve(signal ? { signal } : { cut: this.link.cause });
      });
    });
    const said = new Promise((resolve) => stderr.once("end", resolve));
    const ended = Promise.all([closed, said]).then(([ending]) => ending);
    const kill = async () => {
      const end = group.then((found) => this.end(found, ended));
      const gone = await within(3000, Promise.race([ended, end]));
      channel.close();
      return gone;
    };
    return { stdin: channel, stdout: channel, stderr, ended, kill };
  }

  private async end(group: string, ended: Promise<Ending>): Promise<void> {
    const { line, preamble } = remoteCommand(["sh", "-c", END_GROUP, "sh", group], this.rise);
    const channel = await this.link.start(line);
    channel.on("error", () => {}).resume();
    channel.end(preamble);
    await ended;
  }
}

/** The code of a script of ours is read together with what it said. */
const ANY = Array.from({ length: 256 }, (_, code) => code);

function withMark(content: string | Buffer | Readable, mark: string): Buffer | Readable {
  if (!(content instanceof Readable)) return Buffer.concat([Buffer.from(content), Buffer.from(mark)]);
  return Readable.from(
    (async function* () {
      yield* content;
      yield mark;
    })(),
  );
}
