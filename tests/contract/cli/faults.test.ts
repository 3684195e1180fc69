import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { Batch, declared } from "../../support/batch";
import { context } from "../../support/fixture";
import { until } from "../../support/project";

jest.setTimeout(120_000);

/** What goes wrong around one stack: each phase starts where the last one ended. */
describe("a stack of every kind, by the real CLI,", () => {
  let batch: Batch;

  beforeAll(async () => {
    batch = await Batch.start("faults");
    batch.cli.declare(batch.site((kind) => kind.args()));
    await batch.cli.up();
    // On a new machine the images of lab hosts and registries are made here, or waited for.
  }, 900_000);
  afterAll(() => batch.end());

  it("is repaired where it can be while a host is off, and keeps the state of the rest", async () => {
    await batch.stopFar();
    await batch.near.drift();
    const { output } = await batch.cli.failingUp();
    expect(output).toMatch(/host:File far:.*: read on far failed/);
    expect(output).toMatch(/host:File far:.*: update on far failed/);
    expect(await batch.cli.state()).toContain(`"id": "far:${batch.far.args()["path"]}"`);
    batch.cli.declare(batch.site((kind) => kind.args()).filter(({ name }) => name !== "far"));
  });

  it("is repaired by one up: a host that moved, a file that was edited, an object that was left half done", async () => {
    await batch.startFar();
    await batch.near.drift();
    for (const kind of batch.kinds) await leaveHalfDone(kind);
    batch.cli.declare(batch.site((kind) => kind.args()));
    const { output } = await batch.cli.up();
    expect(output).toMatch(/read on far failed/);
    expect(output).toMatch(/half done since/);
    expect(output).toMatch(new RegExp(`~ ${batch.kinds.length + 2} updated`));
    expect(await batch.cli.preview()).toEqual([]);
  });

  it("refuses a foreign object, takes it over when told to, and puts it back", async () => {
    const { extra, cli } = batch;
    await extra.foreign();
    cli.declare([...batch.site((kind) => kind.args()), declared("extra", extra)]);
    expect((await cli.failingUp()).output).toContain("Try: adopt: true");
    expect(await extra.foreignIntact()).toBe(true);
    cli.declare([...batch.site((kind) => kind.args()), declared("extra", extra, { ...extra.args(), adopt: true })]);
    await cli.up();
    expect(await extra.foreignIntact()).toBe(false);
    cli.declare(batch.site((kind) => kind.args()));
    await cli.up();
    expect(await extra.foreignIntact()).toBe(true);
    await extra.removeForeign();
  });

  it("converges after kill -9 of the provider", async () => {
    batch.cli.declare([...batch.site((kind) => kind.changed()), declared("extra", batch.extra)]);
    await batch.cli.killedUp("provider", 5);
    await batch.cli.up();
    expect(await batch.cli.preview()).toEqual([]);
  });

  it("converges after kill -9 of the CLI", async () => {
    const { cli, extra } = batch;
    cli.declare(batch.site((kind) => kind.changed()));
    await cli.up();
    const back = batch.site((kind) => (kind.forward ? kind.changed() : kind.args()));
    cli.declare([...back, declared("extra", extra)]);
    const { code, provider } = await cli.killedUp("CLI", 5);
    expect(code).toBe("SIGKILL");
    await until(() => !existsSync(`/proc/${provider}`), "the writer ends after its engine");
    await cli.succeed("cancel", "--yes");
    await cli.up();
    await cli.succeed("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    expect(await cli.preview()).toEqual([]);
    expect(await cli.state()).not.toContain("pending_operations");
  });

  it("printed no secret in any of this", () => {
    for (const secret of batch.all.flatMap(({ secrets }) => secrets)) expect(batch.cli.printed).not.toContain(secret);
  });

  it("leaves nothing when it is destroyed", async () => {
    await batch.cli.succeed("destroy", "--yes", "--skip-preview");
    for (const kind of batch.all) expect(await kind.residue()).toEqual([]);
  });
});

/** As a writer leaves it that was killed. */
async function leaveHalfDone({ resource, args }: Batch["near"]): Promise<void> {
  const { definition } = resource;
  const ledger = await definition.ledger(args(), context);
  const mark = await ledger.get(definition.kind, definition.identity(args()));
  if (!mark) throw new Error("there is no mark");
  await ledger.put({ ...mark, state: "in-progress", writer: `${hostname()}:${spawnSync("true").pid}` });
}
