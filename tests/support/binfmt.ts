import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const BINFMT = "/proc/sys/fs/binfmt_misc";

/** Has the kernel run programs of other architectures: what systemd does at boot, where it runs. Returns how it is undone. */
export function registerEmulators(): () => void {
  if (existsSync(`${BINFMT}/register`)) return () => {};
  execFileSync("mount", ["-t", "binfmt_misc", "binfmt_misc", BINFMT]);
  execFileSync("/usr/lib/systemd/systemd-binfmt");
  return () => execFileSync("umount", [BINFMT]);
}
