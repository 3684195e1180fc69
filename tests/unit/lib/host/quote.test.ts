import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { quote } from "../../../../lib/host/quote";

test("a shell takes the words apart again, whatever they hold", () => {
  const text = fc.string({ unit: "grapheme" }).map((value) => value.replaceAll("\0", ""));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(text, fc.constantFrom("", "'", "a b", "$(id)", "-n", "\n", "*", "A=b")), { minLength: 1 }),
      (argv) => {
        const output = execFileSync("sh", ["-c", `printf '%s\\0' ${quote(argv)}`]).toString();
        expect(output.split("\0").slice(0, -1)).toEqual(argv);
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  [["docker", "ps", "-a"], "docker ps -a"],
  [["echo", "it's"], `echo 'it'\\''s'`],
  [["A=b"], "'A=b'"],
])("%j reads %s", (argv, line) => expect(quote(argv)).toBe(line));

test("a NUL byte is refused", () => expect(() => quote(["a\0b"])).toThrow("NUL"));
