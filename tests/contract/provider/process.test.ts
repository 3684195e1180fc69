import { DynamicProvider, InitFailure } from "../../support/dynamic-provider";
import { Probe, probeText } from "../../support/probe";
import { until } from "../../support/project";
import { ResourceState } from "../../support/state";

const args = (does: string, more = {}) => ({ host: { kind: "local", name: "localhost" }, name: "it", does, ...more });

describe("the provider process", () => {
  const text = probeText();
  let provider: DynamicProvider;
  let state: ResourceState;

  beforeEach(async () => {
    provider = await DynamicProvider.start("test:Probe", { text });
    state = new ResourceState(Probe.definition);
  });
  afterEach(async () => {
    await provider.stop();
    await state.unmark(args("end"));
  });

  /** How long the process lives after `act`, in ms, and how it ends. */
  const lifeAfter = async (act: () => void): Promise<{ end: unknown; took: number }> => {
    const start = performance.now();
    act();
    return { end: await provider.process.ended(), took: performance.now() - start };
  };

  const hang = async (does: string): Promise<{ failed: Promise<unknown> }> => {
    const failed = state.up(provider, args(does)).catch((error: unknown) => error);
    await until(async () => (await state.mark(args(does)))?.state === "in-progress", "a mark");
    return { failed };
  };

  it("ends at once at the normal close of the engine", async () => {
    await state.up(provider, args("end"));
    const { end, took } = await lifeAfter(() => provider.process.signal("SIGINT"));
    expect(end).toBe(0);
    expect(took).toBeLessThan(200);
  });

  it("aborts what it does at ^C, says so, and leaves it marked", async () => {
    const { failed } = await hang("hang");
    const { end, took } = await lifeAfter(() => provider.process.signal("SIGINT"));
    expect(end).toBe(1);
    expect(took).toBeLessThan(1_000);
    expect(await failed).toBeInstanceOf(InitFailure);
    expect(await state.mark(args("hang"))).toMatchObject({ state: "in-progress" });
  });

  it("ends within 4 s of ^C even where the work is deaf to it", async () => {
    await hang("hang deaf");
    const { took } = await lifeAfter(() => provider.process.signal("SIGINT"));
    expect(took).toBeLessThan(4_500);
    expect(await state.mark(args("hang"))).toMatchObject({ state: "in-progress" });
  });

  it("aborts and ends when the engine is gone", async () => {
    await hang("hang");
    const { took } = await lifeAfter(() => provider.process.engine.vanish());
    expect(took).toBeLessThan(2_000);
    expect(await state.mark(args("hang"))).toMatchObject({ state: "in-progress" });
  });

  it("reports progress on the line of its resource", async () => {
    await state.up(provider, args("end"));
    const { lines } = provider.process.engine;
    await until(() => lines.length > 0, "a log line");
    expect(lines).toEqual([{ urn: state.urn, message: "probe end", ephemeral: true }]);
  });

  it.each(["x", "\u20ac", "\n"])(
    "keeps an error of 100,000 x %j short, with its beginning and its advice",
    async (one) => {
      const begun = "it began here";
      const failed = state.up(provider, args("fail", { text: `${begun} ${one.repeat(100)}`, times: 1_000 }));
      await expect(failed).rejects.toBeInstanceOf(InitFailure);
      const [reason = ""] = state.reasons;
      expect(reason).toMatch(/^test:Probe localhost:it: create on localhost failed: it began here/);
      expect(reason).toMatch(/\. Try: something else$/);
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(6_144);
      await state.refresh(provider);
      expect(state.reasons).toEqual([expect.stringContaining("half done")]);
    },
  );
});
