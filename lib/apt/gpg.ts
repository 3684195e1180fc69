import { spawn } from "node:child_process";

/** Runs gpg on a home of its own: none of the user's keys, no questions, no trust but in what stands there. */
export function gpg(home: string, argv: readonly string[], input: Buffer | string = ""): Promise<Buffer> {
  const quiet = ["--batch", "--yes", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
  const trust = ["--trust-model", "always", "--no-auto-check-trustdb"];
  return run("gpg", ["--homedir", home, ...quiet, ...trust, ...argv], input);
}

/** Its agent holds the private keys of a home as long as it runs. */
export async function stopAgent(home: string): Promise<void> {
  await run("gpgconf", ["--homedir", home, "--kill", "gpg-agent"], "");
}

function run(program: string, argv: readonly string[], input: Buffer | string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
    const chunks: Buffer[] = [];
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once("error", (error) => reject(new Error(`${error.message}. Try: apt-get install gnupg`)));
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(chunks));
      else reject(new Error(`${program} failed: ${said.trim().slice(-500) || `it ended with ${code}`}`));
    });
    // Its end is what counts: a child that gave up early closes this pipe first.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
