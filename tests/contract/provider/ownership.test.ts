import { underContract } from "../../support/under-contract";

underContract("ownership", (trial) => {
  const { fixture } = trial;
  const { shared } = fixture.resource.definition;

  (shared ? it.skip : it)("refuses a foreign object, naming the way to take it over", async () => {
    await fixture.foreign();
    await expect(trial.up(fixture.args())).rejects.toThrow(/is not ours\. Try: adopt: true/);
    expect(trial.state.id).toBe("");
    expect(await trial.state.mark(fixture.args())).toBeUndefined();
    expect(await fixture.foreignIntact()).toBe(true);
    await fixture.removeForeign();
  });

  it("adopts a foreign object and puts it back", async () => {
    await fixture.foreign();
    const args = { ...fixture.args(), ...(shared ? {} : { adopt: true }) };
    expect(await trial.up(args)).toBe("create");
    expect(await fixture.foreignIntact()).toBe(false);
    expect(await trial.up(args)).toBe("same");
    expect(await trial.up({ ...fixture.changed(), ...(shared ? {} : { adopt: true }) })).toBe("update");
    await trial.state.destroy(trial.provider);
    expect(await fixture.foreignIntact()).toBe(true);
    await fixture.removeForeign();
  });

  it("refuses the object of another stack", async () => {
    const theirs = trial.inStack("theirs");
    await theirs.up(trial.provider, fixture.args());
    await expect(trial.up(fixture.changed())).rejects.toThrow(/stack theirs of project openstack-site owns it/);
    expect(await theirs.up(trial.provider, fixture.args())).toBe("same");
    await theirs.destroy(trial.provider);
  });

  it("takes over the object of another stack, which then leaves it alone", async () => {
    const theirs = trial.inStack("theirs");
    await theirs.up(trial.provider, fixture.args());
    expect(await trial.up({ ...fixture.args(), adopt: true })).toBe("create");
    await expect(theirs.up(trial.provider, fixture.changed())).rejects.toThrow(/stack contract .* has taken it over/);
    expect(theirs.id).not.toBe("");
    await theirs.destroy(trial.provider);
    expect(await trial.up({ ...fixture.args(), adopt: true })).toBe("same");
  });
});
