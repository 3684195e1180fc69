import { DynamicProvider, type Values } from "../../support/dynamic-provider";
import { leftBehind, underContract } from "../../support/under-contract";

/** More moments than this in one verb mean that it does not come to an end. */
const MOST = 300;

underContract("kill -9 at every moment of every side effect", (trial) => {
  const { fixture } = trial;
  const adopting = () => ({ ...fixture.args(), ...(fixture.resource.definition.shared ? {} : { adopt: true }) });

  /** Runs `verb` in a process that ends at the n-th moment, for all n; each time `prepare` before and `after` it. */
  const sweep = async (
    prepare: () => Promise<unknown>,
    verb: (doomed: DynamicProvider) => Promise<unknown>,
    after: () => Promise<unknown>,
  ): Promise<void> => {
    let next = DynamicProvider.start(trial.kind, { crashAt: 1 });
    try {
      for (let moment = 1, died = true; died; moment += 1) {
        const doomed = await next;
        // The next process starts while this one is at work.
        next = DynamicProvider.start(trial.kind, { crashAt: moment + 1 });
        await prepare();
        died = await verb(doomed).then(
          () => false,
          () => true,
        );
        expect({ moment, died, end: await doomed.stop() }).toEqual({ moment, died, end: died ? "SIGKILL" : 0 });
        await after();
        await trial.state.destroy(trial.provider);
        expect({ moment, left: await leftBehind(fixture, trial.state) }).toEqual({ moment, left: [] });
        expect(moment).toBeLessThan(MOST);
      }
    } finally {
      await (await next).stop();
    }
  };

  const settles = async (args: Values): Promise<void> => {
    await trial.up(args);
    expect(await trial.up(args)).toBe("same");
    expect(trial.state.inputs).toMatchObject(args);
    expect(await trial.state.mark(args)).toMatchObject({ state: "done" });
  };

  it("create converges", async () => {
    await sweep(
      async () => undefined,
      (doomed) => trial.state.up(doomed, fixture.args()),
      () => settles(fixture.args()),
    );
  }, 120_000);

  it("update converges", async () => {
    await sweep(
      () => trial.up(fixture.args()),
      (doomed) => trial.state.up(doomed, fixture.changed()),
      () => settles(fixture.changed()),
    );
  }, 120_000);

  it("delete converges", async () => {
    await sweep(
      () => trial.up(fixture.args()),
      (doomed) => trial.state.destroy(doomed),
      () => trial.state.destroy(trial.provider),
    );
  }, 120_000);

  it("adoption and restoration converge", async () => {
    await sweep(
      () => fixture.foreign(),
      async (doomed) => {
        await trial.state.up(doomed, adopting());
        await trial.state.destroy(doomed);
      },
      async () => {
        await settles(adopting());
        await trial.state.destroy(trial.provider);
        expect(await fixture.foreignIntact()).toBe(true);
        await fixture.removeForeign();
      },
    );
  }, 120_000);
});
