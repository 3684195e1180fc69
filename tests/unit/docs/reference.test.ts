import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pages } from "../../../docs/generator/pages";
import { kinds } from "../../../providers";
import { assertArguments } from "../../../providers/contract/arguments";
import { registrations } from "../components/recorder";

const root = join(__dirname, "../../..");
const made = pages(root);
const resources = made["docs/reference/resources.md"] ?? "";
const configuration = made["docs/reference/configuration.md"] ?? "";
const row = (page: string, argument: string) => page.split("\n").find((line) => line.startsWith(`| \`${argument}\` |`));

test.each(Object.keys(made))("%s is fresh (if not: scripts/reference)", (path) => {
  expect(readFileSync(join(root, path), "utf8")).toBe(made[path]);
});

test.each(kinds.map(({ definition }) => definition.kind))("%s is documented", (kind) => {
  const section = resources.split(/^## /m).find((text) => text.startsWith(`${kind}\n`));
  const { definition } = kinds.find((each) => each.definition.kind === kind) ?? {};
  // A sentence on the kind itself, and every argument and output.
  expect(section?.split("\n")[2]).toMatch(/^[A-Z].*\.$/);
  for (const name of Object.keys(definition?.schema.shape ?? {})) expect(row(section ?? "", name)).toBeDefined();
  for (const name of Object.keys(definition?.outputs.shape ?? {})) expect(row(section ?? "", name)).toBeDefined();
});

test("what a row says comes from the schema and from the comment beside it", () => {
  expect(row(resources, "mode")).toBe(
    '| `mode` | string | `"0644"` | Permission bits. | four octal digits, for example "0644" |',
  );
  expect(row(resources, "ports[].protocol")).toBe('| `ports[].protocol` | `"tcp"` or `"udp"` | `"tcp"` |  |  |');
  expect(row(resources, "hostKey")).toMatch(/\| \*\*required\*\* for `"ssh"` \| Required: a host whose key/);
  expect(row(configuration, "lab.hosts.<name>.address")).toBe(
    "| `lab.hosts.<name>.address` | string | **required** | An IPv4 address |  |",
  );
});

test("every example is a program that registers its kind with good arguments", async () => {
  for (const { definition } of kinds) {
    const name = definition.kind
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-")
      .toLowerCase()
      .replace(":", "-");
    const registered = await registrations(() => require(join(root, `docs/examples/${name}.ts`)));
    expect(new Set(Object.keys(registered).map((each) => each.split(" ")[0]))).toEqual(new Set([definition.kind]));
  }
  expect(assertArguments).not.toThrow();
});

describe("the schema for editors", () => {
  const schema = JSON.parse(made["docs/reference/site.schema.json"] ?? "");
  const { properties, patternProperties, required } = schema.properties.config;

  test("asks for what the program asks for, under the project's name", () => {
    expect(required).toEqual(["openstack-site:seed"]);
    expect(properties["openstack-site:seed"].required).toEqual(["host", "registry"]);
  });

  test("refuses misspelt keys of this project and leaves other projects alone", () => {
    const [[pattern, verdict]] = Object.entries(patternProperties) as [[string, boolean]];
    const refused = (key: string) => new RegExp(pattern).test(key);
    expect(verdict).toBe(false);
    expect(Object.keys(properties).filter(refused)).toEqual([]);
    expect(["openstack-site:sead", "openstack-site:seeds", "pulumi:tags"].map(refused)).toEqual([true, true, false]);
  });

  test("takes a password as pulumi encrypts it", () => {
    const [, ssh] = properties["openstack-site:hosts"].additionalProperties.oneOf;
    expect(ssh.properties.password.anyOf[1].properties).toEqual({ secure: { type: "string" } });
  });

  test("carries the comments, and nothing of ours that is not JSON schema", () => {
    const text = JSON.stringify(schema);
    expect(text).toContain("a host whose key is not known beforehand is refused");
    expect(text).not.toContain('"rules"');
  });
});
