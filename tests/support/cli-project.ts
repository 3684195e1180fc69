import { symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import type { KindFixture } from "./fixture";

const ROOT = resolve(__dirname, "../..");

/** Makes a project that shares this one's providers; its program declares what program.json in it names. */
export function writeProject(directory: string, fixtures: readonly KindFixture[]): void {
  for (const name of ["runtime", "node_modules"]) symlinkSync(join(ROOT, name), join(directory, name));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "contract", main: "main.cjs" }));
  writeFileSync(join(directory, "Pulumi.yaml"), PROJECT);
  buildSync({
    stdin: { contents: program(fixtures), resolveDir: ROOT, loader: "ts" },
    ...{ bundle: true, platform: "node", format: "cjs", outfile: join(directory, "main.cjs") },
    external: ["@pulumi/pulumi", "@pulumi/pulumi/*", "@grpc/grpc-js", "google-protobuf/*", "esbuild", "*.node"],
    logLevel: "error",
  });
}

const PROJECT = `name: contract
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --require=./runtime/start.cjs
options:
  refresh: always
plugins:
  providers:
    - name: pulumi-nodejs
      path: ./runtime/plugin
`;

function program(fixtures: readonly KindFixture[]): string {
  // Two nouns may have a kind of one name.
  const imports = fixtures.map(({ resource, module }, n) => `import { ${resource.name} as K${n} } from "./${module}";`);
  const classes = fixtures.map(({ resource }, n) => `"${resource.definition.kind}": K${n}`);
  return `
    import { readFileSync } from "node:fs";
    import * as pulumi from "@pulumi/pulumi";
    import { assertArguments } from "./components/arguments";
    ${imports.join("\n")}
    const classes = { ${classes.join(", ")} };
    module.exports = async () => {
      const components = {};
      const made = {};
      for (const { kind, name, args, parent, formerly, after } of JSON.parse(readFileSync("program.json", "utf8"))) {
        const options = {};
        if (parent) options.parent = components[parent] ??= new pulumi.ComponentResource("test:Group", parent);
        if (formerly) options.aliases = [{ name: formerly, parent: pulumi.rootStackResource }];
        if (after) options.dependsOn = after.map((each) => made[each]);
        made[name] = new classes[kind](name, args, options);
      }
      assertArguments();
    };`;
}
