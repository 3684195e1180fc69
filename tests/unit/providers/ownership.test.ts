import { hostname } from "node:os";
import type { Ledger, Mark } from "../../../lib/host/ledger";
import { assertFree, underMark } from "../../../providers/contract/ownership";

const claim = {
  ...{ project: "site", stack: "dev", kind: "host:File", identity: "/etc/motd", before: null },
  ...{ urn: "urn:pulumi:dev::site::t::motd", claim: "one" },
};
const mark = (change: Partial<Mark>): Mark => ({
  ...claim,
  ...{ state: "in-progress", writer: "elsewhere:1", since: new Date().toISOString(), ...change },
});

class Memory implements Ledger {
  readonly states: (Mark["state"] | "gone")[] = [];
  async get(): Promise<undefined> {}
  async put({ state }: Mark): Promise<void> {
    this.states.push(state);
  }
  async drop(): Promise<void> {
    this.states.push("gone");
  }
}

describe("the lease", () => {
  it("keeps others out while its writer may live", () => {
    expect(() => assertFree(mark({}))).toThrow(/another run is at work/);
    expect(() => assertFree(mark({ writer: `${hostname()}:1` }))).toThrow(/another run is at work/);
    expect(() => assertFree(mark({ state: "removing" }))).toThrow(/another run is at work/);
  });

  it("ends with the work, with its writer, and with time", () => {
    expect(() => assertFree(undefined)).not.toThrow();
    expect(() => assertFree(mark({ state: "done" }))).not.toThrow();
    expect(() => assertFree(mark({ writer: `${hostname()}:4194305` }))).not.toThrow();
    expect(() => assertFree(mark({ since: new Date(Date.now() - 61_000).toISOString() }))).not.toThrow();
  });
});

describe("underMark", () => {
  it("says what goes on before and after", async () => {
    const ledger = new Memory();
    expect(await underMark(ledger, claim, async () => ledger.states.push("done"))).toBe(2);
    expect(ledger.states).toEqual(["in-progress", "done", "done"]);
    await underMark(ledger, claim, async () => undefined, "removing");
    expect(ledger.states.slice(3)).toEqual(["removing", "gone"]);
  });

  it("leaves the mark as it is where the work fails", async () => {
    const ledger = new Memory();
    await expect(underMark(ledger, claim, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(ledger.states).toEqual(["in-progress"]);
  });

  it("shows signs of life while the work goes on, and none after it", async () => {
    jest.useFakeTimers();
    const ledger = new Memory();
    let end = (): void => undefined;
    const work = underMark(ledger, claim, () => new Promise<void>((resolve) => (end = resolve)));
    await jest.advanceTimersByTimeAsync(45_000);
    expect(ledger.states).toEqual(["in-progress", "in-progress", "in-progress"]);
    end();
    await work;
    await jest.advanceTimersByTimeAsync(45_000);
    expect(ledger.states.slice(3)).toEqual(["done"]);
    jest.useRealTimers();
  });
});
