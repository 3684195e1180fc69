import { DynamicProvider, type Values } from "./dynamic-provider";
import { leftBehind, type Trial, underContract } from "./under-contract";

/** More moments than this in one verb mean that it does not come to an end. */
const MOST = 300;

/** Ends the provider process at every moment of every side effect of these kinds, and sees the next one converge. */
export function sweepCrashes(kinds: (kind: string) => boolean): void {
  underContract("kill -9 at every moment of every side effect", crashes, kinds);
}

function crashes(trial: Trial): void {
  const { fixture } = trial;
  const adopting = () => ({ ...fixture.args(), ...(fixture.resource.definition.shared ? {} : { adopt: true }) });

  /** Runs `verb` in a process that ends at the n-th moment, for all n; each time `prepare` before and `after` it. */
  const sweep = async (
    prepare: () => Promise<unknown>,
    verb: (doomed: DynamicProvider) => Promise<unknown>,
    after: (rescuer: DynamicProvider) => Promise<unknown>,
  ): Promise<void> => {
    let next = DynamicProvider.start(trial.kind, { crashAt: 1 });
    let rescuer = DynamicProvider.start(trial.kind);
    try {
      for (let moment = 1, died = true; died; moment += 1) {
        const doomed = await next;
        // The next processes start while these are at work: what a killed one left is found by one that starts later.
        next = DynamicProvider.start(trial.kind, { crashAt: moment + 1 });
        await prepare();
        died = await verb(doomed).then(
          () => false,
          () => true,
        );
        expect({ moment, died, end: await doomed.stop() }).toEqual({ moment, died, end: died ? "SIGKILL" : 0 });
        await after(await rescuer);
        await trial.state.destroy(await rescuer);
        await (await rescuer).stop();
        rescuer = DynamicProvider.start(trial.kind);
        expect({ moment, left: await leftBehind(fixture, trial.state) }).toEqual({ moment, left: [] });
        expect(moment).toBeLessThan(MOST);
      }
    } finally {
      for (const started of [next, rescuer]) await (await started).stop();
    }
  };

  const settles = async (rescuer: DynamicProvider, args: Values): Promise<void> => {
    await trial.state.up(rescuer, args);
    expect(await trial.state.up(rescuer, args)).toBe("same");
    expect(trial.state.inputs).toMatchObject(args);
    expect(await trial.state.mark(args)).toMatchObject({ state: "done" });
  };

  it("create converges", async () => {
    await sweep(
      async () => undefined,
      (doomed) => trial.state.up(doomed, fixture.args()),
      (rescuer) => settles(rescuer, fixture.args()),
    );
  }, 600_000);

  it("update converges", async () => {
    await sweep(
      () => trial.up(fixture.args()),
      (doomed) => trial.state.up(doomed, fixture.changed()),
      (rescuer) => settles(rescuer, fixture.changed()),
    );
  }, 600_000);

  it("delete converges", async () => {
    await sweep(
      () => trial.up(fixture.args()),
      (doomed) => trial.state.destroy(doomed),
      (rescuer) => trial.state.destroy(rescuer),
    );
  }, 600_000);

  it("adoption and restoration converge", async () => {
    await sweep(
      () => fixture.foreign(),
      async (doomed) => {
        await trial.state.up(doomed, adopting());
        await trial.state.destroy(doomed);
      },
      async (rescuer) => {
        await settles(rescuer, adopting());
        await trial.state.destroy(rescuer);
        expect(await fixture.foreignIntact()).toBe(true);
        await fixture.removeForeign();
      },
    );
  }, 600_000);
}
