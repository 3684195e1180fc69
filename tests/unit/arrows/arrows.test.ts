import { spawnSync } from "node:child_process";
import { scratchProject } from "../../support/project";

const refused: [room: string, from: string, why: RegExp][] = [
  ["lib/host", "@pulumi/pulumi", /lib is free of Pulumi/],
  ["lib/host", "../../providers/host/file", /lib is free of Pulumi/],
  ["lib/host", "../../components/seed", /lib is free of Pulumi/],
  ["lib/host", "../../plan/site", /lib is free of Pulumi/],
  ["lib/host", "../../config", /lib is free of Pulumi/],
  ["lib/host/jobs", "../../../config", /lib is free of Pulumi/],
  ["lib", "../config", /lib is free of Pulumi/],
  ["providers/host", "../../components/seed", /providers know lib only/],
  ["providers/host", "../../plan/site", /providers know lib only/],
  ["providers/host", "../../config", /providers know lib only/],
  ["components", "../lib/host/connect", /components compose provider classes/],
  ["components", "../plan/site", /components compose provider classes/],
  ["components", "../config", /components compose provider classes/],
  ["components", "node:fs", /components compose provider classes/],
  ["plan", "@pulumi/pulumi", /plan knows lib only/],
  ["plan", "../providers/host/file", /plan knows lib only/],
  ["plan", "../components/seed", /plan knows lib only/],
  ["plan", "../config", /plan knows lib only/],
  ["plan", "../config/registry", /plan knows lib only/],
  ["components", "../config/registry", /components compose provider classes/],
  ["lib/host", "../../config/registry", /lib is free of Pulumi/],
  ["index.ts", "./providers/host/file", /index\.ts reads config/],
  ["index.ts", "./lib/host/connect", /index\.ts reads config/],
];

const allowed: [room: string, from: string][] = [
  ["lib/host", "../effect"],
  ["lib/host", "node:fs"],
  ["lib/host", "ssh2"],
  ["providers/host", "../../lib/host/connection"],
  ["providers/host", "@pulumi/pulumi"],
  ["components", "../providers/host/file"],
  ["components", "./machine"],
  ["components", "@pulumi/pulumi"],
  ["plan", "../lib/content/store"],
  ["plan", "node:fs"],
  ["index.ts", "./components/seed"],
  ["index.ts", "./config"],
  ["config.ts", "./config/registry"],
  ["index.ts", "./plan/site"],
  ["config.ts", "./lib/host/connection"],
];

const fileIn = (room: string) => (room.endsWith(".ts") ? room : `${room}/new.ts`);

/** A project with one file a room, one import a line: what the linter says against each, in one run. */
function objections(cases: readonly (readonly [room: string, from: string, ...unknown[]])[]): Map<string, string> {
  const files = new Map(cases.map(([room]) => [fileIn(room), cases.filter(([other]) => other === room)]));
  const project = scratchProject(["biome.json"]);
  for (const [file, imports] of files)
    project.write(file, imports.map(([, from], n) => `import { a${n} } from "${from}";\n`).join(""));
  const args = ["lint", "--vcs-enabled=false", "--only=style/noRestrictedImports", "--reporter=json"];
  const { stdout, stderr } = spawnSync("node_modules/.bin/biome", args, { cwd: project.root, encoding: "utf8" });
  project.remove();
  if (!stdout) throw new Error(`biome did not run: ${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { message: string; location: { path: string; start: { line: number } } }[];
  };
  return new Map(
    diagnostics.map(({ message, location: { path, start } }) => {
      const [room, from] = files.get(path)?.[start.line - 1] ?? [path, "?"];
      return [`${room} ${from}`, message];
    }),
  );
}

describe("the arrows between rooms", () => {
  const said = objections([...refused, ...allowed]);

  test.each(refused)("%s may not import %s", (room, from, why) => {
    expect(said.get(`${room} ${from}`)).toMatch(why);
  });

  test.each(allowed)("%s may import %s", (room, from) => {
    expect(said.get(`${room} ${from}`)).toBeUndefined();
  });
});
