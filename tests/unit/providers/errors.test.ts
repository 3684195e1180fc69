import { failureText } from "../../../providers/contract/errors";

const at = { kind: "host:File", id: "a:/etc/motd", verb: "create", where: "a" };

describe("failureText", () => {
  it("says what failed, where, why, and what to try", () => {
    const cause = Object.assign(new Error("no space left. "), { hint: "make room" });
    expect(failureText(at, cause)).toBe("host:File a:/etc/motd: create on a failed: no space left. Try: make room");
    expect(failureText(at, "gone")).toBe("host:File a:/etc/motd: create on a failed: gone.");
  });

  it("keeps the beginning, the last lines and the advice of a long error", () => {
    const log = Array.from({ length: 20_000 }, (_, line) => `line ${line}`).join("\n");
    const text = failureText(at, Object.assign(new Error(log), { hint: "make room" }));
    expect(text).toMatch(/failed: line 0\n/);
    expect(text).toMatch(/\(shortened\)/);
    expect(text).toMatch(/line 19999\. Try: make room$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(6_000);
  });

  it.each(["\u20ac", "\u{1f600}"])("counts bytes, not characters: %s", (one) => {
    expect(Buffer.byteLength(failureText(at, one.repeat(50_000)))).toBeLessThanOrEqual(6_144);
  });
});
