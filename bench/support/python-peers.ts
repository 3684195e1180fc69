import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const PACKAGES = ["pip2pi==0.8.2", "dumb-pypi==1.15.0", "setuptools==80.9.0", "wheel==0.45.1"];
const DIRECTORY = resolve(".cache/bench/python");

/** Runs a module of the peers, which come from PyPI, as pinned above. */
export function python(code: string, ...args: string[]): void {
  if (!existsSync(DIRECTORY)) {
    const install = ["-m", "pip", "install", "--quiet", "--target", DIRECTORY, ...PACKAGES];
    execFileSync("python3", install, { stdio: ["ignore", "ignore", "inherit"] });
  }
  const env = { ...process.env, PYTHONPATH: DIRECTORY, PYTHONWARNINGS: "ignore" };
  execFileSync("python3", ["-c", code, ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
}
