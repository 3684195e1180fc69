import { objectWrites } from "../../support/fixture";
import { leftBehind, underContract } from "../../support/under-contract";

underContract("life", (trial) => {
  const { fixture } = trial;

  it("is created, and reads back as its canonical arguments", async () => {
    const args = fixture.args();
    expect(await trial.up(args)).toBe("create");
    expect(await trial.state.mark(args)).toMatchObject({ state: "done", stack: "contract", project: "openstack-site" });
    expect(trial.state.outputs).toMatchObject(args);
    const { id, outputs, inputs } = trial.state;
    await trial.state.refresh(trial.provider);
    expect(trial.state).toMatchObject({ id, reasons: [] });
    expect(trial.state.outputs).toEqual(outputs);
    expect(trial.state.inputs).toEqual(inputs);
    expect(trial.state.inputs).toEqual({ ...args, __urn: trial.state.urn });
  });

  it("is left alone by a second up", async () => {
    await trial.up(fixture.args());
    const writes = await trial.writes(async () => expect(await trial.up(fixture.args())).toBe("same"));
    expect(writes).toEqual([]);
  });

  it("is not written by an update that finds nothing to change", async () => {
    await trial.up(fixture.args());
    const { id, outputs, inputs } = trial.state;
    const writes = await trial.writes(() => trial.provider.update(id, outputs, inputs));
    expect(objectWrites(writes)).toEqual([]);
  });

  it("is changed in place, and only where it differs", async () => {
    await trial.up(fixture.args());
    const { id } = trial.state;
    const writes = await trial.writes(async () => expect(await trial.up(fixture.changed())).toBe("update"));
    expect(objectWrites(writes)).not.toEqual([]);
    expect(trial.state.id).toBe(id);
    await trial.state.refresh(trial.provider);
    expect(trial.state.inputs).toMatchObject(fixture.changed());
    expect(await trial.up(fixture.changed())).toBe("same");
  });

  it("shows a change made by hand as an input, and is repaired", async () => {
    const args = fixture.args();
    await trial.up(args);
    const key = await fixture.drift();
    await trial.state.refresh(trial.provider);
    expect(trial.state.inputs[key]).not.toEqual(args[key]);
    expect(await trial.up(args)).toBe("update");
    await trial.state.refresh(trial.provider);
    expect(trial.state.inputs).toMatchObject(args);
  });

  (fixture.replaced ? it : it.skip)("is replaced where its identity changes, and the old object goes", async () => {
    const another = fixture.replaced?.() ?? {};
    await trial.up(fixture.args());
    expect(await trial.up(another)).toBe("replace");
    expect(await trial.state.mark(fixture.args())).toBeUndefined();
    expect(await trial.state.mark(another)).toMatchObject({ state: "done" });
    expect(await trial.up(another)).toBe("same");
  });

  const { lose } = fixture;
  (lose ? it : it.skip)("is created again when it was lost", async () => {
    await trial.up(fixture.args());
    await lose?.();
    await trial.state.refresh(trial.provider);
    expect(trial.state.id).toBe("");
    expect(await trial.up(fixture.args())).toBe("create");
  });

  it("may be deleted twice, and leaves nothing", async () => {
    await trial.up(fixture.args());
    const { id, outputs } = trial.state;
    await trial.provider.delete(id, outputs);
    expect(await leftBehind(fixture, trial.state)).toEqual([]);
    await trial.provider.delete(id, outputs);
  });

  it("stays as it is under another name", async () => {
    await trial.up(fixture.args());
    const { id, outputs, urn } = trial.state;
    const renamed = await trial.provider.check({}, { ...fixture.args(), __urn: `${urn}-renamed` });
    expect(await trial.provider.diff(id, outputs, renamed.inputs)).toMatchObject({ changes: false });
  });
});
