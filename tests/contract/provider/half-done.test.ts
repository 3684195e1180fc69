import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import type { Mark } from "../../../lib/host/ledger";
import { context } from "../../support/fixture";
import { type Trial, underContract } from "../../support/under-contract";

underContract("half done", (trial) => {
  const { fixture } = trial;

  it("is reported by a refresh, keeps its state, and is finished by the next up", async () => {
    await trial.up(fixture.args());
    const { id, outputs } = trial.state;
    await putMark(trial, { state: "in-progress", writer: `${hostname()}:${deadProcess()}` });
    await trial.state.refresh(trial.provider);
    expect(trial.state).toMatchObject({ id, outputs, reasons: [expect.stringContaining("half done")] });
    expect(await trial.up(fixture.args())).toBe("update");
    expect(await trial.up(fixture.args())).toBe("same");
  });

  it("is not touched while another process is at work on it", async () => {
    await trial.up(fixture.args());
    const claim = { state: "in-progress", since: new Date().toISOString() } as const;
    for (const writer of [`${hostname()}:${process.pid}`, "another-machine:1"]) {
      await putMark(trial, { ...claim, writer });
      const writes = await trial.writes(async () => {
        await expect(trial.up(fixture.changed())).rejects.toThrow(/another run is at work on it/);
        await expect(trial.state.destroy(trial.provider)).rejects.toThrow(/another run is at work on it/);
      });
      expect(writes).toEqual([]);
    }
    const since = new Date(Date.now() - 120_000).toISOString();
    await putMark(trial, { ...claim, writer: "another-machine:1", since });
    expect(await trial.up(fixture.changed())).toBe("update");
  });

  it("keeps its state while its host is unreachable, and is updated once it is back", async () => {
    await trial.up(fixture.args());
    const { id } = trial.state;
    const outputs = { ...trial.state.outputs, ...fixture.unreachable() };
    trial.state.outputs = outputs;
    await trial.state.refresh(trial.provider);
    expect(trial.state).toMatchObject({ id, outputs, reasons: [expect.stringMatching(/read on .* failed: /)] });
    await expect(trial.up({ ...fixture.args(), ...fixture.unreachable() })).rejects.toThrow(/update on .* failed: /);
    expect(trial.state.id).toBe(id);
    for (const secret of fixture.secrets) {
      expect(trial.state.reasons.join()).not.toContain(secret);
      expect(trial.provider.process.output()).not.toContain(secret);
    }
    expect(await trial.up(fixture.args())).toBe("update");
    expect(trial.state.inputs).toMatchObject(fixture.args());
  });

  const { dormant: atRest } = fixture;
  (atRest ? it : it.skip)("keeps its state while its host is dormant", async () => {
    await trial.up(fixture.args());
    // The host went away first; then the program declared it dormant.
    trial.state.outputs = { ...trial.state.outputs, ...fixture.unreachable() };
    const dormant = { ...fixture.args(), ...atRest?.() };
    await trial.up(dormant);
    const { id, outputs } = trial.state;
    expect(await trial.up(dormant)).toBe("same");
    expect(trial.state).toMatchObject({ id, outputs, reasons: [] });
    await expect(trial.up({ ...fixture.changed(), ...atRest?.() })).rejects.toThrow(/dormant/);
    expect(await trial.up(fixture.args())).toBe("update");
  });
});

async function putMark({ fixture, state }: Trial, change: Partial<Mark>): Promise<void> {
  const { definition } = fixture.resource;
  const mark = await state.mark(fixture.args());
  if (!mark) throw new Error("there is no mark to change");
  await (await definition.ledger(fixture.args(), context)).put({ ...mark, ...change });
}

function deadProcess(): number {
  return spawnSync("true").pid;
}
