import { applyDaemonConfig, DAEMON_CONFIG } from "../../../../lib/docker/daemon";
import type { Host } from "../../../../lib/host/host";

/** Files in memory and a daemon that reads daemon.json when told to; writes after the n-th fail. */
class DaemonHost {
  readonly name = "h1";
  readonly files = new Map<string, string>();
  readonly told: string[] = [];
  /** What the running daemon knows. */
  known: string | undefined;
  writesLeft = Number.POSITIVE_INFINITY;

  private change(run: () => void): void {
    if (this.writesLeft-- <= 0) throw new Error("cut off");
    run();
  }

  async exec(argv: readonly string[], options: { effect?: string } = {}) {
    if (options.effect) {
      this.change(() => {
        this.told.push(argv[1] ?? "");
        this.known = this.files.get(DAEMON_CONFIG);
      });
    }
    return { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  }
  async stat(path: string) {
    return this.files.has(path) ? {} : undefined;
  }
  async writeFile(path: string, text: string) {
    this.change(() => this.files.set(path, text));
  }
  async removeFile(path: string) {
    this.change(() => this.files.delete(path));
  }
}

const settings = (name: string) => JSON.stringify({ "insecure-registries": [name] });

test.each([
  ["a first file", null, settings("a:1")],
  ["another list", settings("a:1"), settings("b:1")],
  ["a key that wants a restart", settings("a:1"), '{"bip":"x"}'],
])("cut off at any write, the next run leaves the daemon with what the file says: %s", async (_title, from, to) => {
  for (let writes = 0; writes < 6; writes++) {
    const fake = new DaemonHost();
    const host = fake as unknown as Host;
    if (from !== null) fake.files.set(DAEMON_CONFIG, from);
    fake.known = from ?? undefined;
    fake.writesLeft = writes;
    await applyDaemonConfig(host, from, { text: to }).catch(() => {});
    fake.writesLeft = Number.POSITIVE_INFINITY;
    await applyDaemonConfig(host, fake.files.get(DAEMON_CONFIG) ?? null, { text: to });
    expect([writes, fake.known, [...fake.files]]).toEqual([writes, to, [[DAEMON_CONFIG, to]]]);
  }
});

test("nothing to change: nothing written, nobody told", async () => {
  const fake = new DaemonHost();
  fake.writesLeft = 0;
  await applyDaemonConfig(fake as unknown as Host, settings("a:1"), { text: settings("a:1") });
  expect(fake.told).toEqual([]);
});

test("a list that goes is emptied in the daemon first, which on reload would keep it", async () => {
  const fake = new DaemonHost();
  fake.files.set(DAEMON_CONFIG, settings("a:1"));
  await applyDaemonConfig(fake as unknown as Host, settings("a:1"), { text: null });
  expect([fake.told, JSON.parse(fake.known ?? ""), fake.files.size]).toEqual([
    ["reload"],
    { "insecure-registries": [] },
    0,
  ]);
});
