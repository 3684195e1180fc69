import type { Values } from "../../support/dynamic-provider";
import { underContract } from "../../support/under-contract";

underContract("ownership", (trial) => {
  const { fixture } = trial;
  const { shared } = fixture.resource.definition;
  const adopting = (args: Values): Values => ({ ...args, ...(shared ? {} : { adopt: true }) });

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
    const args = adopting(fixture.args());
    expect(await trial.up(args)).toBe("create");
    expect(await fixture.foreignIntact()).toBe(false);
    expect(await trial.up(args)).toBe("same");
    expect(await trial.up(adopting(fixture.changed()))).toBe("update");
    await trial.state.destroy(trial.provider);
    expect(await fixture.foreignIntact()).toBe(true);
    await fixture.removeForeign();
  });

  it("does not take an object for ours that has lost its mark", async () => {
    await trial.up(fixture.args());
    await trial.state.unmark(fixture.args());
    await trial.state.refresh(trial.provider);
    expect(trial.state).toMatchObject({
      id: expect.stringMatching(/./),
      reasons: [expect.stringContaining("without our ownership mark")],
    });
    if (!shared) await expect(trial.up(fixture.args())).rejects.toThrow(/Try: adopt: true/);
    expect(await trial.up(adopting(fixture.args()))).toBe("update");
    await trial.state.destroy(trial.provider);
    await fixture.removeForeign();
  });

  it("refuses the object of another stack", async () => {
    const theirs = trial.inStack("theirs");
    await theirs.up(trial.provider, fixture.args());
    await expect(trial.up(fixture.changed())).rejects.toThrow(/stack theirs of project openstack-site owns it/);
    expect(await theirs.up(trial.provider, fixture.args())).toBe("same");
    await theirs.destroy(trial.provider);
  });

  it("stays under a new name given without an alias: create takes it over, delete of the old one leaves it", async () => {
    await trial.up(fixture.args());
    const renamed = trial.inStack("contract", "renamed");
    expect(await renamed.up(trial.provider, fixture.args())).toBe("create");
    await trial.state.destroy(trial.provider);
    expect(await renamed.up(trial.provider, fixture.args())).toBe("same");
    await renamed.destroy(trial.provider);
  });

  it("refuses to be two resources", async () => {
    await trial.up(fixture.args());
    const twin = trial.inStack("contract", "twin");
    await twin.up(trial.provider, fixture.args());
    await expect(trial.up(fixture.changed())).rejects.toThrow(/resource twin has taken it over/);
    expect(await twin.up(trial.provider, fixture.args())).toBe("same");
    await twin.destroy(trial.provider);
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
