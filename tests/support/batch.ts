import { fixtures } from "../contract/kinds";
import { hostFile } from "../contract/kinds/host-file";
import { Cli, type Declared } from "./cli";
import type { Values } from "./dynamic-provider";
import { type KindFixture, PASSWORD } from "./fixture";
import { type Sshd, startSshd } from "./sshd";

/** One stack that holds every kind, a file of its own, and a file on another host. */
export class Batch {
  private constructor(
    readonly kinds: readonly KindFixture[],
    readonly near: KindFixture,
    readonly far: KindFixture,
    /** Part of the site only where a test declares it. */
    readonly extra: KindFixture,
    readonly cli: Cli,
    private sshd: Sshd,
  ) {}

  static async start(name: string): Promise<Batch> {
    const kinds = Object.values(fixtures).map((make) => make(name));
    const near = hostFile(`${name}-near`);
    const far = hostFile(`${name}-far`);
    const extra = hostFile(`${name}-extra`);
    for (const fixture of [...kinds, near, far, extra]) await fixture.setup();
    const cli = new Cli([...new Map([...kinds, near].map((fixture) => [fixture.module, fixture])).values()]);
    await cli.succeed("stack", "init", "batch");
    return new Batch(kinds, near, far, extra, cli, await startSshd());
  }

  get all(): readonly KindFixture[] {
    return [...this.kinds, this.near, this.far, this.extra];
  }

  async end(): Promise<void> {
    await this.cli.run(["destroy", "--yes", "--skip-preview"]);
    this.cli.remove();
    await this.sshd.stop();
    for (const fixture of this.all) await fixture.teardown();
  }

  /** The resource of each kind with these arguments, and the two files. */
  site(argsOf: (fixture: KindFixture) => Values): Declared[] {
    const host = this.sshd.connection({ name: "far", password: PASSWORD });
    return [
      ...this.kinds.map((fixture) => declared(nameOf(fixture), fixture, argsOf(fixture))),
      declared("near", this.near),
      declared("far", this.far, { ...this.far.args(), host }),
    ];
  }

  /** The other host goes off. */
  async stopFar(): Promise<void> {
    await this.sshd.stop();
  }

  /** It comes back, with another address and another key. */
  async startFar(): Promise<void> {
    this.sshd = await startSshd();
  }
}

export const nameOf = ({ resource, variant = "" }: KindFixture): string =>
  `one-${resource.definition.kind.replace(":", "-")}${variant}`;

export const declared = (name: string, fixture: KindFixture, args = fixture.args()): Declared => ({
  kind: fixture.resource.definition.kind,
  name,
  args,
});
