import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * An empty ext4 of its own. Where files were deleted in the last minutes, ext4 takes up to ten times as long to make new
 * ones, so who comes second would pay for what the first has cleared away.
 */
export class FreshDisk {
  private readonly aside = mkdtempSync(join(tmpdir(), "bench-disk-"));
  readonly directory = join(this.aside, "disk");

  constructor(gigabytes: number) {
    const image = join(this.aside, "image");
    writeFileSync(image, "");
    truncateSync(image, gigabytes * 2 ** 30);
    execFileSync("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
    mkdirSync(this.directory);
    execFileSync("mount", ["-o", "loop", image, this.directory]);
  }

  remove(): void {
    execFileSync("umount", [this.directory]);
    rmSync(this.aside, { recursive: true });
  }
}
