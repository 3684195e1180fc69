import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { scratchProject } from "../../tests/support/project";

/** Where the state is kept, and what is appended to its address. */
export interface Backend {
  directory?: string;
  query?: string;
  environment?: NodeJS.ProcessEnv;
}

/** Milliseconds on the clock, and of all processors together: the second hardly minds what else the machine does. */
export interface Taken {
  wall: number;
  cpu: number;
}

export type Verb = "preview" | "up" | "refresh" | "destroy";

/** A Pulumi project in a temporary directory, with one stack and a file backend of its own. */
export class Project {
  readonly files: ReturnType<typeof scratchProject>;
  readonly environment: NodeJS.ProcessEnv;
  private readonly state: string;

  constructor(copied: readonly string[], written: Readonly<Record<string, string>>, backend: Backend = {}) {
    this.files = scratchProject(copied, written);
    const { root } = this.files;
    this.state = mkdtempSync(join(backend.directory ?? root, "state-"));
    this.environment = {
      ...process.env,
      PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
      PULUMI_BACKEND_URL: `file://${this.state}${backend.query ?? ""}`,
      PULUMI_HOME: join(root, "home"),
      PULUMI_STACK: "bench",
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...backend.environment,
    };
    this.pulumi(["stack", "init", "bench"]);
  }

  /** Runs one command of the CLI. */
  run(verb: Verb): Taken {
    const ask = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    const [real = 0, user = 0, system = 0] = this.pulumi([verb, "--suppress-outputs", ...ask]);
    return { wall: real * 1000, cpu: (user + system) * 1000 };
  }

  /** The checkpoint as the backend holds it. */
  checkpoint(): { bytes: number; resources: Record<string, unknown>[] } {
    const text = readFileSync(join(this.state, ".pulumi/stacks/bench/bench.json"), "utf8");
    return { bytes: Buffer.byteLength(text), resources: JSON.parse(text).checkpoint.latest.resources };
  }

  /** Removes what the stack made, then the project. */
  remove(): void {
    this.run("destroy");
    this.files.remove();
  }

  /** Seconds as bash's `time` tells them: real, user and system, those of all child processes included. */
  private pulumi(args: readonly string[]): number[] {
    const timed = 'TIMEFORMAT="%R %U %S"; { time pulumi "$@" >output 2>&1; } 2>&1';
    try {
      const time = execFileSync("bash", ["-c", timed, "bash", ...args, "--non-interactive"], {
        cwd: this.files.root,
        env: this.environment,
      });
      return time.toString().trim().split(" ").map(Number);
    } catch (error) {
      const output = readFileSync(join(this.files.root, "output"), "utf8");
      throw new Error(`pulumi ${args.join(" ")} failed:\n${output}`, { cause: error });
    }
  }
}

const settings = (options: string) => `name: bench
runtime:
  name: nodejs
  options: {typescript: false${options}}
options: {refresh: always}
`;
const PRELOAD = ", nodeargs: --require=./runtime/start.cjs";
const PLUGIN = "plugins: {providers: [{name: pulumi-nodejs, path: ./runtime/plugin}]}\n";

/** A project of ours whose index.ts is the given text. */
export function ours(program: string, backend?: Backend): Project {
  return new Project(
    ["runtime", "lib", "providers", "package.json", "package-lock.json", "tsconfig.json"],
    { "Pulumi.yaml": settings(PRELOAD) + PLUGIN, "index.ts": program },
    backend,
  );
}

/** `count` host:File, each with a text of its own, below `directory` of the host that `connection` leads to. */
export const files = (count: number, directory: string, connection: object = { kind: "local" }): string => `
import { File } from "./providers/host/file";
const host = ${JSON.stringify(connection)} as const;
for (let n = 0; n < ${count}; n++) {
  new File(\`file\${n}\`, { host, path: \`${directory}/\${n}.conf\`, content: \`value = \${n}\\n\` });
}
`;

const STUB = `
const pulumi = require("@pulumi/pulumi");
const __provider = 'exports.handler=()=>require("./provider.js");';
class Stub extends pulumi.CustomResource {
  constructor(name, props) {
    super("pulumi-nodejs:dynamic:Stub", name, { ...props, __provider });
  }
}
`;
/** Answers and does nothing: no schema, no diff, no look at anything. */
const STUB_PROVIDER = `
exports.create = async (inputs) => ({ id: inputs.path, outs: inputs });
exports.read = async (id, props) => ({ id, props });
exports.update = async (id, olds, news) => ({ outs: news });
exports.delete = async () => {};
`;

/**
 * The peer: a program in plain JavaScript whose resources carry a constant provider text and do nothing. `bare` starts
 * as a person would write it; `preloaded` starts as ours does, so that only the resources differ.
 */
export function stub(start: "bare" | "preloaded", count: number, backend?: Backend): Project {
  const program = `${STUB}
for (let n = 0; n < ${count}; n++) {
  new Stub(\`file\${n}\`, { path: \`/srv/\${n}.conf\`, content: \`value = \${n}\\n\`, mode: "0644", owner: "root", group: "root" });
}
`;
  const preloaded = start === "preloaded";
  return new Project(
    preloaded ? ["runtime/start.cjs", "runtime/plugin"] : [],
    {
      "Pulumi.yaml": settings(preloaded ? PRELOAD : "") + (preloaded ? PLUGIN : ""),
      "package.json": '{"main": "index.js"}',
      "index.js": program,
      "provider.js": STUB_PROVIDER,
    },
    backend,
  );
}
