import { existsSync } from "node:fs";
import { File } from "../../../providers/host/file";
import { declared } from "../../support/batch";
import { Cli } from "../../support/cli";
import { until } from "../../support/project";
import { markOf } from "../../support/state";
import { hostFile } from "../kinds/host-file";

jest.setTimeout(120_000);

describe("a destroy after kill -9 of an up", () => {
  const files = Array.from({ length: 8 }, (_, at) => hostFile(`destroy-${at}`));
  const site = (path: "args" | "replaced") =>
    files.map((file, at) => declared(`file-${at}`, file, file[path]?.() ?? file.args()));
  let cli: Cli;

  beforeAll(async () => {
    for (const file of files) await file.setup();
    cli = new Cli(files.slice(0, 1));
    await cli.succeed("stack", "init", "batch");
  });
  afterAll(async () => {
    cli.remove();
    for (const file of files) await file.teardown();
  });

  const pending = async (): Promise<unknown[]> => {
    const { deployment } = JSON.parse(await cli.state()) as { deployment: { pending_operations?: unknown[] } };
    return deployment.pending_operations ?? [];
  };
  const standing = async (): Promise<unknown[]> => {
    const all = files.flatMap((file) => [file.args(), file.replaced?.() ?? {}]);
    const marks = await Promise.all(all.map((args) => markOf(File.definition, args)));
    const residue = await Promise.all(files.map((file) => file.residue()));
    return [...residue.flat(), ...marks.filter(Boolean)];
  };
  /** As `make destroy` does it, once the lock and the processes are dealt with. */
  const destroy = async (): Promise<void> => {
    await cli.succeed("cancel", "--yes");
    await cli.script("scripts/pending.cjs");
    await cli.succeed("destroy", "--yes", "--skip-preview");
  };

  it("leaves nothing of creates that were in flight in the CLI and the provider", async () => {
    cli.declare(site("args"));
    const { code } = await cli.killedUp("both", 9);
    expect(code).toBe("SIGKILL");
    expect((await pending()).length).toBeGreaterThan(0);
    expect(await standing()).not.toEqual([]);
    await destroy();
    expect(await standing()).toEqual([]);
    expect(await pending()).toEqual([]);
  });

  it("leaves neither the old nor the new one where the CLI died while it replaced them", async () => {
    cli.declare(site("args"));
    await cli.up();
    cli.declare(site("replaced"));
    const { provider } = await cli.killedUp("CLI", 5);
    await until(() => !existsSync(`/proc/${provider}`), "the writer ends after its engine");
    expect((await pending()).length).toBeGreaterThan(0);
    await destroy();
    expect(await standing()).toEqual([]);
  });
});
