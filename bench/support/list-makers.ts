import { execFile, execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const BIN = resolve(".cache/bench/bin");
const MODULES = {
  crane: "github.com/google/go-containerregistry/cmd/crane@v0.22.1",
  regctl: "github.com/regclient/regclient/cmd/regctl@v0.11.7",
};

/** Makes one list over images that stand in the same repository. */
export interface ListMaker {
  /** Processes at once: those without a store of their own may be as many as there are processors. */
  atOnce: number;
  /** The most that ours may take of its time. */
  goal: number;
  make(repository: string, tag: string, architectures: readonly string[]): Promise<void>;
}

/** The tools people use. skopeo makes no lists. */
export function listMakers(address: string, directory: string): Record<string, ListMaker> {
  const crane = built("crane");
  const regctl = built("regctl");
  const environment = { ...process.env, DOCKER_CONFIG: directory, HOME: directory };
  const exec = async (command: string, ...args: string[]) => void (await run(command, args, { env: environment }));
  return {
    "docker manifest": {
      ...{ atOnce: 1, goal: 0.02 },
      async make(repository, tag, architectures) {
        const list = `${address}/${repository}:${tag}`;
        const images = architectures.map((each) => `${list}-${each}`);
        await exec("docker", "manifest", "create", "--insecure", list, ...images);
        for (const architecture of architectures) {
          await exec("docker", "manifest", "annotate", "--arch", architecture, list, `${list}-${architecture}`);
        }
        await exec("docker", "manifest", "push", "--insecure", "--purge", list);
      },
    },
    "crane index append": {
      ...{ atOnce: 2, goal: 0.33 },
      async make(repository, tag, architectures) {
        const list = `${address}/${repository}:${tag}`;
        const images = architectures.flatMap((each) => ["-m", `${list}-${each}`]);
        await exec(crane, "index", "append", "--insecure", ...images, "-t", list);
      },
    },
    "regctl index create": {
      ...{ atOnce: 2, goal: 0.33 },
      async make(repository, tag, architectures) {
        const list = `${address}/${repository}:${tag}`;
        const images = architectures.flatMap((each) => ["--ref", `${list}-${each}`]);
        await exec(regctl, "--host", `reg=${address},tls=disabled`, "index", "create", list, ...images);
      },
    },
  };
}

/** Built once from its module, as pinned above. */
export function built(name: keyof typeof MODULES): string {
  mkdirSync(BIN, { recursive: true });
  execFileSync("go", ["install", MODULES[name]], { env: { ...process.env, GOBIN: BIN, GOFLAGS: "-mod=mod" } });
  return `${BIN}/${name}`;
}
