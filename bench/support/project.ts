import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { scratchProject } from "../../tests/support/project";

export type Verb = "preview" | "up" | "refresh" | "destroy";

/** A Pulumi project in a temporary directory, with one stack and a file backend of its own. */
export class Project {
  readonly files: ReturnType<typeof scratchProject>;
  readonly environment: NodeJS.ProcessEnv;

  constructor(
    copied: readonly string[],
    written: Readonly<Record<string, string>>,
    /** Appended to the backend's address. */
    backend = "",
  ) {
    this.files = scratchProject(copied, written);
    const { root } = this.files;
    mkdirSync(join(root, "state"));
    this.environment = {
      ...process.env,
      PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
      PULUMI_BACKEND_URL: `file://${join(root, "state")}${backend}`,
      PULUMI_HOME: join(root, "home"),
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    this.pulumi(["stack", "init", "bench"]);
  }

  /** Runs one command of the CLI and returns how many milliseconds it took. */
  run(verb: Verb, environment: NodeJS.ProcessEnv = {}): number {
    const ask = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    const begin = performance.now();
    this.pulumi([verb, "--suppress-outputs", ...ask], environment);
    return performance.now() - begin;
  }

  /** The checkpoint as the backend holds it. */
  checkpoint(): { bytes: number; resources: Record<string, unknown>[] } {
    const text = readFileSync(join(this.files.root, "state/.pulumi/stacks/bench/bench.json"), "utf8");
    return { bytes: Buffer.byteLength(text), resources: JSON.parse(text).checkpoint.latest.resources };
  }

  /** Removes what the stack made, then the project. */
  remove(): void {
    this.run("destroy");
    this.files.remove();
  }

  private pulumi(args: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
    try {
      execFileSync("pulumi", [...args, "--non-interactive"], {
        cwd: this.files.root,
        env: { ...this.environment, ...environment },
        stdio: "pipe",
        maxBuffer: 1 << 28,
      });
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
      throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}${stdout ? "" : error}`);
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
export function ours(program: string, backend?: string): Project {
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
export function stub(start: "bare" | "preloaded", count: number, backend?: string): Project {
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
