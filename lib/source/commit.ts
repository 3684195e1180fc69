import { retrying } from "../http/retry";
import { GitError, type GitOptions, git } from "./git";

const POLICY = { attempts: 4, backoff: 500 };
const BRANCH = "refs/heads/main";

export interface CommitSource {
  git: string;
  commit: string;
  /** All that led to the commit, and its tags, instead of the commit alone. */
  history: boolean;
}

/** Brings a commit into a bare repository, as its branch `main`. Git verifies each object by its name. */
export async function fetchCommit(repository: string, source: CommitSource, options: GitOptions): Promise<void> {
  const { git: url, commit, history } = source;
  await git(repository, ["init", "--quiet", "--bare", "--template="], options);
  const fetch = (...argv: string[]) =>
    retrying(POLICY, options.signal, () => git(repository, ["fetch", "--quiet", ...argv], options));
  const fetching = history
    ? fetch("--no-tags", url, commit, "+refs/tags/*:refs/tags/*")
    : fetchAlone(fetch, url, commit);
  await fetching.catch((error: Error) => {
    if (!/not our ref|Unable to find|no such remote ref/.test(error.message)) throw error;
    throw new Error(`${url} has no commit ${commit}`, { cause: error });
  });
  const found = await git(repository, ["rev-parse", "--verify", `${commit}^{commit}`], options);
  if (found !== commit) throw new Error(`${commit} of ${url} is a tag. Try: ${found}, the commit it names`);
  await git(repository, ["update-ref", BRANCH, commit], options);
  await git(repository, ["symbolic-ref", "HEAD", BRANCH], options);
}

/** The commit without what led to it, where the server can do that. */
async function fetchAlone(fetch: (...argv: string[]) => Promise<unknown>, url: string, commit: string): Promise<void> {
  try {
    await fetch("--depth=1", "--no-tags", url, commit);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    // Plain web servers hand out whole histories, and old servers only what a branch or a tag names.
    if (/does not support shallow/.test(error.message)) await fetch("--no-tags", url, commit);
    else if (/unadvertised object/.test(error.message)) await fetch("--no-tags", url, "+refs/*:refs/upstream/*");
    else throw error;
  }
}

/** Refuses what an archive of the commit would lack without a word. */
export async function assertWhole(repository: string, commit: string, options: GitOptions): Promise<void> {
  const entries = await git(repository, ["ls-tree", "-r", "--full-tree", commit], options);
  const submodules = [...entries.matchAll(/^160000 commit \w+\t(.*)$/gm)].map(([, path]) => path);
  if (submodules.length === 0) return;
  throw new Error(
    `${commit} has submodules, which its archive would lack: ${submodules.join(", ")}. Try: a source:Tree for each`,
  );
}
