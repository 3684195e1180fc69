import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labImageTag } from "../../../lib/lab/base-image";
import { ensureKeyPair } from "../../../lib/lab/keys";
import { labRecipe, recipeDigest } from "../../../lib/lab/recipe";
import { Host } from "../../../providers/lab/host";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { clear, labImage, local, type Plot, standingOn, takePlot, words } from "../../support/lab-host";

export const labHost: MakeFixture = () => {
  let plot: Plot;
  let keys = "";
  let authorizedKeys: string[] = [];
  let foreign = "";
  const docker = (...argv: string[]) => words(local, "docker", ...argv);
  const container = () => `${plot.name}-one`;
  const args = () => ({
    ...{ host: { kind: "local", name: "localhost" }, name: "one", running: true, recipe: recipeDigest(labRecipe) },
    network: { name: plot.name, subnet: plot.subnet, internal: true },
    ...{ address: plot.at(10), hostKeyFile: join(keys, "host"), authorizedKeys },
    disks: [{ source: keys, target: "/srv/disk" }],
  });
  return {
    resource: Host,
    module: "providers/lab/host",
    async setup() {
      plot = await takePlot();
      keys = await mkdtemp(join(tmpdir(), "lab-host-"));
      authorizedKeys = [(await ensureKeyPair(local, keys, "user")).publicKey];
      await ensureKeyPair(local, keys, "host");
      await labImage();
    },
    async teardown() {
      await rm(keys, { recursive: true });
      await plot.release();
    },
    args,
    changed: () => ({ ...args(), address: plot.at(11) }),
    replaced: () => ({ ...args(), name: "two", address: plot.at(12) }),
    bad: [
      { args: { name: "One" }, path: "name" },
      { args: { network: { name: "contract", subnet: "172.29.60.0" } }, path: "network.subnet" },
      { args: { address: "one" }, path: "address" },
      { args: { authorizedKeys: [] }, path: "authorizedKeys" },
      { args: { disks: [{ source: "srv", target: "/srv" }] }, path: "disks.0.source" },
    ],
    async drift() {
      await docker("stop", container());
      return "running";
    },
    lose: async () => void (await docker("rm", "--force", container())),
    async foreign() {
      const run = ["run", "--detach", "--network=none", "--restart=on-failure:3", "--stop-signal=KILL"];
      [foreign = ""] = await docker(...run, `--name=${container()}`, labImageTag(), "sleep", "infinity");
    },
    async foreignIntact() {
      const format = "{{.Id}} {{.HostConfig.RestartPolicy.Name}} {{.State.Running}}";
      return (await docker("inspect", "--format", format, container())).join(" ") === `${foreign} on-failure true`;
    },
    removeForeign: () => clear(plot.name),
    residue: async () => Object.values(await standingOn(plot.name)).flat(),
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
