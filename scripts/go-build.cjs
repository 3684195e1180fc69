// scripts/go-build.cjs <arguments of go build>: runs `$GO build` in the working directory and says how far it is.
"use strict";
const { execFileSync, spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");

const go = process.env.GO;
const args = process.argv.slice(2);
const started = Date.now();
const seconds = () => (Date.now() - started) / 1000;
const clock = (s) => (s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`);

/** Runs go with one callback a line of its messages, and gives its standard output. */
function run(goArgs, onLine) {
  return new Promise((resolve, reject) => {
    const child = spawn(go, goArgs, { stdio: ["ignore", "pipe", "pipe"] });
    const out = [];
    const messages = [];
    child.stdout.on("data", (chunk) => out.push(chunk));
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (!onLine(line)) messages.push(line);
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(Buffer.concat(out).toString())
        : reject(new Error(`go ${goArgs[0]} ended with ${code}:\n${messages.slice(-20).join("\n")}`)),
    );
  });
}

/** Prints a line when the last one is some seconds old (at once on a terminal, which keeps one line). */
function reporter() {
  let last = 0;
  return (text, always = false) => {
    const tty = process.stderr.isTTY;
    if (!always && Date.now() - last < (tty ? 200 : 10_000)) return;
    last = Date.now();
    process.stderr.write(tty && !always ? `\r\x1b[K  ${text}` : `${tty ? "\r\x1b[K" : ""}  ${text}\n`);
  };
}

async function main() {
  const report = reporter();
  // go.sum names every module whose content may be needed; some serve only the tests of others and are not fetched.
  const modules = readFileSync("go.sum", "utf8")
    .split("\n")
    .filter((line) => line && !line.includes("/go.mod ")).length;
  let fetched = 0;
  const deps = await run(["list", "-deps", "-tags", args[args.indexOf("-tags") + 1], args.at(-1)], (line) => {
    if (!line.startsWith("go: downloading")) return false;
    report(`fetched ${++fetched} of at most ${modules} modules, ${clock(seconds())} gone`);
    return true;
  });
  const total = deps.trim().split("\n").length;
  report(`${total} packages to compile; ${fetched} modules fetched in ${clock(seconds())}`, true);

  const compileStart = seconds();
  let compiled = 0;
  await run(["build", "-v", ...args], (line) => {
    if (/[:\s]/.test(line)) return false;
    const spent = seconds() - compileStart;
    const share = ++compiled / total;
    // Measured: the last third of the packages, the big ones, takes half of the time, and linking follows.
    const left = (spent / share) * (1.05 - share + 1.4 * (1 - share));
    report(
      `compiled ${compiled} of ${total} packages, ${clock(seconds())} gone${spent > 15 ? `, about ${clock(left)} to go` : ""}`,
    );
    return true;
  });
  report(`built in ${clock(seconds())}`, true);
}

if (!go) throw new Error("GO names no Go");
execFileSync(go, ["version"]);
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
