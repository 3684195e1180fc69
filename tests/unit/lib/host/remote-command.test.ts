import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RemoteOptions, remoteCommand } from "../../../../lib/host/remote-command";

const bin = mkdtempSync(join(tmpdir(), "sudo-"));
afterAll(() => rmSync(bin, { recursive: true }));

/** A sudo that behaves as the real one does: reads one line of password, or none where none is needed. */
function sudo(asks: boolean): void {
  const body = asks
    ? '[ "$1" = -S ] || { echo "sudo: a password is required" >&2; exit 1; }; IFS= read -r p; [ "$p" = "pass word" ] || exit 1; shift 4'
    : 'while [ "$1" != -- ]; do shift; done; shift';
  writeFileSync(join(bin, "sudo"), `#!/bin/sh\n${body}\nROSE=yes exec "$@"\n`);
  chmodSync(join(bin, "sudo"), 0o755);
}

function run(argv: string[], options: RemoteOptions, input = ""): string {
  const { line, preamble } = remoteCommand(argv, options);
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
  return execFileSync("sh", ["-c", line], { input: preamble + input, env, stdio: "pipe" }).toString();
}

describe("what arrives at the command", () => {
  const show = ["sh", "-c", 'printf "%s|%s|" "$ROSE" "$A"; cat'];
  test.each([
    ["sudo asks for the password", true, { sudo: true, password: "pass word" }, "yes||input\n"],
    ["sudo asks for none although one is given", false, { sudo: true, password: "pass word" }, "yes||input\n"],
    ["sudo without a password", false, { sudo: true }, "yes||input\n"],
    [
      "sudo with an environment",
      true,
      { sudo: true, password: "pass word", env: { A: "x'\n y" } },
      "yes|x'\n y|input\n",
    ],
    ["an environment", false, { env: { A: "ü" } }, "|ü|input\n"],
    ["nothing special", false, {}, "||input\n"],
  ])("%s", (_case, asks, options, expected) => {
    sudo(asks);
    expect(run(show, options, "input\n")).toBe(expected);
  });
});

test("sudo that asks where no password is given fails at once", () => {
  sudo(true);
  expect(() => run(["true"], { sudo: true })).toThrow("a password is required");
});

test("neither password nor environment stands in the command line", () => {
  const { line } = remoteCommand(["true"], { sudo: true, password: "s3cret", env: { TOKEN: "t0ken" } });
  expect(line).not.toMatch(/s3cret|t0ken|TOKEN/);
});

test("a name that is none is refused", () =>
  expect(() => remoteCommand(["true"], { env: { "a;b": "" } })).toThrow("a;b"));
