import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { parse } from "yaml";
import { parseSite } from "../../../config";
import { checkArguments } from "../../../providers/contract/arguments";
import type { MakeFixture } from "../../support/fixture";
import { scratchProject } from "../../support/project";

const root = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...markdown("docs")];

function markdown(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? markdown(`${directory}/${entry.name}`)
      : entry.name.endsWith(".md")
        ? [`${directory}/${entry.name}`]
        : [],
  );
}

/** The code blocks of a page in one language. */
const blocks = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) => text ?? "");

/** What stands in code: blocks and inline. */
const code = (text: string): string => [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(([each]) => each).join("\n");
const targets = new Set([...read("Makefile").matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));

test.each(pages)("%s names only make targets that exist", (page) => {
  const named = [...code(read(page)).matchAll(/\bmake ([a-z][a-z-]*)/g)].map(([, name]) => name);
  expect(named.filter((name) => !targets.has(name))).toEqual([]);
});

test.each(pages)("%s names only scripts that exist and can be run", (page) => {
  const named = [...code(read(page)).matchAll(/(?<![\w/])scripts\/([a-z-]+)(?![\w.-])/g)].map(([, name]) => name ?? "");
  const missing = (name: string) => !existsSync(join(root, "scripts", name));
  const dead = (name: string) => (statSync(join(root, "scripts", name)).mode & 0o100) === 0;
  expect(named.filter((name) => missing(name) || dead(name))).toEqual([]);
});

test.each(pages)("%s leads nowhere that is not there", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(
    ([, link, source]) => link ?? source ?? "",
  );
  const dead = links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    if (/^https?:/.test(link)) return false;
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchors(target).includes(anchor);
  });
  expect(dead).toEqual([]);
});

/** The anchors of a page's headings, as GitHub makes them. */
const anchors = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

test("the README leads with the two commands, and names every target a person may type", () => {
  const text = read("README.md");
  const first = /```sh\n([\s\S]*?)```/.exec(text)?.[1]?.trim().split("\n");
  expect(first?.map((line) => line.replace(/ *#.*/, ""))).toEqual(["make up", "make test"]);
  const described = [...read("Makefile").matchAll(/^([a-z-]+):.*## /gm)].map(([, name]) => `make ${name}`);
  expect(described.filter((command) => !code(text).includes(command))).toEqual([]);
});

test("docs/architecture.md lists every decision, in order", () => {
  const listed = [...read("docs/architecture.md").matchAll(/^\d+\. \[.*\]\(adr\/(.*)\)$/gm)].map(([, file]) => file);
  expect(listed).toEqual(readdirSync(join(root, "docs/adr")).sort());
});

test("every package and tool is accounted for in docs/dependencies.md", () => {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read("package.json"));
  const npm = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
  const debian = read("toolchain/debian-packages").match(/^[a-z][\w.+-]*(?=\s)/gm) ?? [];
  const go = readdirSync(join(root, "toolchain"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const tools = go.map(({ name }) => /^tool (\S+)/m.exec(read(`toolchain/${name}/go.mod`))?.[1] ?? "");
  const text = read("docs/dependencies.md");
  expect([...npm, ...debian, ...tools].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

test("architecture decisions are numbered from one, and each gives context, decision and consequences", () => {
  const records = readdirSync(join(root, "docs/adr")).sort();
  expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, index) => index + 1));
  for (const record of records) {
    const headings = [...read(`docs/adr/${record}`).matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    const needed = headings.filter((title) => title !== "Figures");
    expect([record, ...needed]).toEqual([record, "Context", "Decision", "Consequences"]);
  }
});

describe("the stack file in the README", () => {
  const file = blocks("README.md", "yaml")[0] ?? "";
  const site = () => {
    const { config } = parse(file) as { config: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("openstack-site:", ""), value]),
    );
  };

  test("is accepted", () => {
    expect(parseSite(site() as never, "Pulumi.site1.yaml")).toMatchObject({ seed: { host: "seed" } });
  });

  test("with the two mistakes shown there is refused in these words", () => {
    const values = site();
    const wrong = { ...values, seed: { host: "sead", registry: { port: 5000 } } };
    const told = blocks("README.md", "text").find((text) => text.includes("mistakes"));
    expect(() => parseSite(wrong as never, "Pulumi.site1.yaml")).toThrow(told?.trim());
  });
});

test("the message on a foreign object is in the contract's words", () => {
  const text = blocks("README.md", "text").find((block) => block.includes("/etc/motd"));
  const [, cause = "?", hint = "?"] = /failed: (.*)\. Try: (.*)\.\n/.exec(text ?? "") ?? [];
  const contract = readdirSync(join(root, "providers/contract")).map((name) => read(`providers/contract/${name}`));
  expect([cause, hint].filter((words) => !contract.join().includes(words))).toEqual([]);
});

test("the kind that CONTRIBUTING adds builds, and its example is a kind's definition", async () => {
  const written = blocks("CONTRIBUTING.md", "ts").map((text) => {
    const [, path = ""] = /^\/\/ (\S+)/.exec(text) ?? [];
    return [path, text] as const;
  });
  expect(written.map(([path]) => path)).toEqual([
    "providers/host/directory.ts",
    "tests/contract/kinds/host-directory.ts",
  ]);
  const project = scratchProject(["lib", "providers", "tests/support"], Object.fromEntries(written));
  try {
    const outfile = join(project.root, "fixture.cjs");
    const entry = join(project.root, "tests/contract/kinds/host-directory.ts");
    buildSync({ entryPoints: [entry], bundle: true, platform: "node", packages: "external", outfile });
    const { hostDirectory } = require(outfile) as { hostDirectory: MakeFixture };
    const { resource, args, bad, setup, teardown } = hostDirectory("docs");
    await setup();
    const check = (extra: object) => checkArguments(resource.definition, { ...args(), ...extra }).failures;
    expect(check({})).toEqual([]);
    for (const wrong of bad) expect(check(wrong.args)).toEqual([expect.stringContaining(wrong.path)]);
    await teardown();
  } finally {
    project.remove();
  }
});
