import * as pulumi from "@pulumi/pulumi";
import { underContract } from "../../support/under-contract";

underContract("arguments", (trial) => {
  const { fixture } = trial;
  const check = async (args: Record<string, unknown>) => {
    const checked = await trial.provider.check({}, { ...fixture.args(), ...args, __urn: trial.state.urn });
    return checked.failures;
  };

  it("accepts its good arguments and keeps their canonical form", async () => {
    const checked = await trial.provider.check({}, { ...fixture.args(), __urn: trial.state.urn });
    expect(checked).toEqual({ inputs: { ...fixture.args(), __urn: trial.state.urn }, failures: [] });
  });

  // A named property would make the engine print its value, secret or not.
  it.each(fixture.bad)("refuses $path and names it in the reason alone", async ({ args, path }) => {
    const failures = await check(args);
    expect(failures).toContainEqual({ property: "", reason: expect.stringContaining(path) });
    for (const secret of fixture.secrets) expect(JSON.stringify(failures)).not.toContain(secret);
  });

  it("reports all wrong arguments at once", async () => {
    const failures = await check(Object.assign({}, ...fixture.bad.map(({ args }) => args)));
    for (const { path } of fixture.bad) {
      expect(failures).toContainEqual({ property: "", reason: expect.stringContaining(path) });
    }
  });

  it("lets values pass that are not known yet", async () => {
    for (const key of Object.keys(fixture.args())) {
      expect(await check({ [key]: pulumi.runtime.unknownValue })).toEqual([]);
    }
  });

  it("touches nothing", async () => {
    const writes = await trial.writes(() => check({}));
    expect(writes).toEqual([]);
  });
});
