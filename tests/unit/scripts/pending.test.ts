import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scratchProject } from "../../support/project";

/** Stands for the CLI: exports what is in `state`, and keeps what is imported. */
const PULUMI = `#!/bin/sh
case "$2" in export) cat state ;; import) cat >imported ;; esac
`;

const TYPE = "pulumi-nodejs:dynamic/host:File";
const urnOf = (name: string) => `urn:pulumi:dev::site::${TYPE}::${name}`;
const inputs = { path: "/etc/motd" };
const creating = (urn: string, type = TYPE) => ({ type: "creating", resource: { urn, type, custom: true, inputs } });

/** The deployment that is imported over this one; undefined where none is. */
function takenUp(deployment: object): unknown {
  const project = scratchProject(["scripts/pending.cjs"], {
    pulumi: PULUMI,
    state: JSON.stringify({ version: 3, deployment }),
  });
  try {
    chmodSync(join(project.root, "pulumi"), 0o755);
    const env = { ...process.env, PATH: `${project.root}:${process.env["PATH"]}` };
    execFileSync(process.execPath, ["scripts/pending.cjs"], { cwd: project.root, env, stdio: "pipe" });
    const imported = join(project.root, "imported");
    if (!existsSync(imported)) return undefined;
    return (JSON.parse(readFileSync(imported, "utf8")) as { deployment: unknown }).deployment;
  } finally {
    project.remove();
  }
}

test("a pending create becomes a resource with the arguments it had", () => {
  const before = { urn: urnOf("other"), id: "x" };
  const made = { urn: urnOf("motd"), type: TYPE, custom: true, id: "motd", inputs, outputs: inputs };
  expect(takenUp({ resources: [before], pending_operations: [creating(urnOf("motd"))] })).toEqual({
    resources: [before, { ...made, initErrors: [expect.stringContaining("killed")] }],
    pending_operations: [],
  });
});

test("the one it was to replace goes with it", () => {
  const old = { urn: urnOf("motd"), id: "old" };
  expect(takenUp({ resources: [old], pending_operations: [creating(urnOf("motd"))] })).toMatchObject({
    resources: [{ ...old, delete: true }, { id: "motd" }],
  });
});

test("creates of other providers and other operations are left as they are", () => {
  const other = creating("urn:pulumi:dev::site::command:local:Command::hook", "command:local:Command");
  const deleting = { ...creating(urnOf("gone")), type: "deleting" };
  expect(takenUp({ resources: [], pending_operations: [other, deleting] })).toBeUndefined();
  const mixed = takenUp({ pending_operations: [other, creating(urnOf("motd")), deleting] });
  expect(mixed).toMatchObject({ resources: [{ id: "motd" }], pending_operations: [other, deleting] });
});

test("a state without pending operations is not written", () => {
  expect(takenUp({ resources: [{ urn: urnOf("motd"), id: "x" }] })).toBeUndefined();
});
