import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A repository as developers push to it, in a directory of its own. */
export class GitRepository {
  readonly path = mkdtempSync(join(tmpdir(), "upstream-git-"));
  private clock = Date.UTC(2026, 0, 1) / 1000;

  constructor() {
    this.git("init", "--quiet", "--initial-branch=master");
  }

  /** Commits these files, and returns the commit. */
  commit(files: Record<string, string>): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), text);
    }
    this.clock += 86_400;
    this.git("add", ".");
    this.git("commit", "--quiet", "--allow-empty", "-m", "a change");
    return this.git("rev-parse", "HEAD");
  }

  git(...argv: string[]): string {
    const date = `${this.clock} +0000`;
    const who = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.org", GIT_AUTHOR_DATE: date };
    const committer = { GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@example.org", GIT_COMMITTER_DATE: date };
    const env = { ...process.env, ...who, ...committer, GIT_CONFIG_GLOBAL: "/dev/null" };
    return execFileSync("git", argv, { cwd: this.path, env, encoding: "utf8" }).trim();
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
