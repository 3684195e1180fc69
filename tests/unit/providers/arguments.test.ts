import * as pulumi from "@pulumi/pulumi";
import { checkArguments } from "../../../providers/contract/arguments";
import { File } from "../../../providers/host/file";

const { definition } = File;
const good = { host: { kind: "local" }, path: "/etc/motd", content: "one" };
const failuresOf = (args: object) => checkArguments(definition, { ...good, ...args }).failures;

describe("checkArguments", () => {
  it("fills in defaults", () => {
    expect(checkArguments(definition, good).args).toEqual({
      ...good,
      host: { kind: "local", name: "localhost" },
      mode: "0644",
      owner: "root",
      group: "root",
    });
  });

  it("names every wrong argument by its path", () => {
    const failures = failuresOf({ path: "etc/motd", mode: 420, host: { kind: "local", name: "A B" } });
    expect(failures.map((failure) => failure.split(":")[0]).sort()).toEqual(["host.name", "mode", "path"]);
  });

  it("judges rules over several arguments only where all are known", () => {
    expect(failuresOf({ source: "motd.txt" })).not.toEqual([]);
    const { unknownValue } = pulumi.runtime;
    expect(failuresOf({ content: unknownValue })).toEqual([]);
    expect(failuresOf({ host: unknownValue })).toEqual([]);
  });

  it.each([
    ["an output", () => pulumi.output(good.path)],
    ["a promise", () => Promise.resolve(good.path)],
  ])("takes %s for a value that is not known yet", (_what, later) => {
    expect(failuresOf({ path: later(), mode: later() })).toEqual([]);
    expect(failuresOf({ path: later(), mode: "wrong" })).toEqual([expect.stringContaining("mode")]);
  });
});
