import { DynamicProvider, type Values } from "./dynamic-provider";
import { leftBehind, type Trial, underContract } from "./under-contract";

/** More moments than this in one verb mean that it does not come to an end. */
const MOST = 300;

/** Why a sweep is too slow for `make test`, and runs in `make test-full PLANE=contract`. */
const SLOW: Readonly<Record<string, string>> = {
  "apt:Mirror, selected": "apt solves anew at each run",
  "host:AptSources": "apt-get update on a lab host",
  "host:Container": "starts and stops containers on a lab host",
  "host:DockerSettings": "reloads Docker on a lab host",
  "host:Service": "systemd on a lab host",
  "lab:Host": "boots a lab host",
  "oci:BaseImage": "mmdebstrap makes the image anew",
  "oci:GarbageCollection": "stops a registry and starts it again",
  "oci:Image, copied": "a minute more for a second source of oci:Image, which make test sweeps",
  "pypi:Wheel": "pip builds anew at each run",
};

interface Verb {
  prepare?(trial: Trial): Promise<unknown>;
  /** What is killed half-way. */
  run(trial: Trial, doomed: DynamicProvider): Promise<unknown>;
  /** What the next process does. */
  mend(trial: Trial, rescuer: DynamicProvider): Promise<unknown>;
}

const adopting = ({ fixture }: Trial): Values => ({
  ...fixture.args(),
  ...(fixture.resource.definition.shared ? {} : { adopt: true }),
});

const verbs = {
  create: {
    run: ({ state, fixture }, doomed) => state.up(doomed, fixture.args()),
    mend: (trial, rescuer) => settle(trial, rescuer, trial.fixture.args()),
  },
  update: {
    prepare: ({ up, fixture }) => up(fixture.args()),
    run: ({ state, fixture }, doomed) => state.up(doomed, fixture.changed()),
    mend: (trial, rescuer) => settle(trial, rescuer, trial.fixture.changed()),
  },
  delete: {
    prepare: ({ up, fixture }) => up(fixture.args()),
    run: ({ state }, doomed) => state.destroy(doomed),
    mend: ({ state }, rescuer) => state.destroy(rescuer),
  },
  "adoption and restoration": {
    prepare: ({ fixture }) => fixture.foreign(),
    async run(trial, doomed) {
      await trial.state.up(doomed, adopting(trial));
      await trial.state.destroy(doomed);
    },
    async mend(trial, rescuer) {
      const { fixture, state } = trial;
      await settle(trial, rescuer, adopting(trial));
      await state.destroy(rescuer);
      expect(await fixture.foreignIntact()).toBe(true);
      await fixture.removeForeign();
    },
  },
} satisfies Record<string, Verb>;

/**
 * Ends the provider process at every moment of every side effect of a verb, and sees the next one converge: of the quick
 * kinds, or of the slow ones.
 */
export function sweepCrashes(name: keyof typeof verbs, pace: "quick" | "slow"): void {
  const title = `${name}, killed at every moment of every side effect,`;
  const ofPace = (kind: string) => kind in SLOW === (pace === "slow");
  underContract(title, (trial) => it("converges", () => sweep(trial, verbs[name]), 1_200_000), ofPace);
}

/** Each process ends what the one before it left half done, and is then killed itself, one moment later. */
async function sweep(trial: Trial, { prepare, run, mend }: Verb): Promise<void> {
  let next = DynamicProvider.start(trial.kind);
  try {
    for (let moment = 1, died = true; died; moment += 1) {
      const doomed = await next;
      // It starts while this one is at work: what a killed one left is found by one that starts later.
      next = DynamicProvider.start(trial.kind);
      await prepare?.(trial);
      doomed.process.crashAt(moment);
      const failure = await run(trial, doomed).then(() => undefined, String);
      died = failure !== undefined;
      expect({ moment, failure, end: await doomed.stop() }).toMatchObject({ moment, end: died ? "SIGKILL" : 0 });
      const rescuer = await next;
      await mend(trial, rescuer);
      await trial.state.destroy(rescuer);
      expect({ moment, left: await leftBehind(trial.fixture, trial.state) }).toEqual({ moment, left: [] });
      expect(moment).toBeLessThan(MOST);
    }
  } finally {
    await (await next).stop();
  }
}

async function settle({ state }: Trial, rescuer: DynamicProvider, args: Values): Promise<void> {
  await state.up(rescuer, args);
  expect(await state.up(rescuer, args)).toBe("same");
  expect(state.inputs).toMatchObject(args);
  expect(await state.mark(args)).toMatchObject({ state: "done" });
}
