import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Cost, timed } from "../timed-command";

const PACKAGES = [
  ...["pip2pi==0.8.2", "dumb-pypi==1.15.0", "bandersnatch==6.6.0", "aiohttp-xmlrpc==1.5.0"],
  ...["setuptools==80.9.0", "wheel==0.45.1"],
];
const DIRECTORY = resolve(".cache/bench/python-3");

/** The peers come from PyPI, as pinned above. */
function environment(): NodeJS.ProcessEnv {
  if (!existsSync(DIRECTORY)) {
    const install = ["-m", "pip", "install", "--quiet", "--target", DIRECTORY, ...PACKAGES];
    execFileSync("python3", install, { stdio: ["ignore", "ignore", "inherit"] });
  }
  return { PYTHONPATH: DIRECTORY, PYTHONWARNINGS: "ignore" };
}

/** Runs a module of a peer. */
export function python(code: string, ...args: string[]): void {
  const env = { ...process.env, ...environment() };
  execFileSync("python3", ["-c", code, ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
}

/** The same, and what it took. */
export const timedPython = (code: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Cost> =>
  timed(["python3", "-c", code, ...args], { ...environment(), ...more });
