import { createReadStream } from "node:fs";
import { loadImage } from "../../../lib/docker/image";
import { RegistryClient } from "../../../lib/oci/client";
import { pushImage } from "../../../lib/oci/push";
import { readRecord, removeRecord, writeRecord } from "../../../lib/registry/record";
import { GarbageCollection } from "../../../providers/oci/garbage-collection";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { clear, local, type Plot, registryArchive, standingOn, takePlot } from "../../support/lab-host";
import { imageOf } from "./in-registry";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);
const theirs = { content: `sha256:${"3".repeat(64)}`, bytes: 3, blobs: 2, manifests: 1 };

/** A registry on this machine's Docker: on a lab host the kind of Docker's settings would restart it. */
export const ociGarbageCollection: MakeFixture = () => {
  let plot: Plot;
  const container = () => `${plot.name}-registry`;
  const other = () => `${plot.name}-other`;
  const registry = (name = plot.name) => ({ name, address: `${plot.at(20)}:5000`, insecure: true });
  const docker = (...argv: string[]) => local.exec(["docker", ...argv]);
  const args = () =>
    GarbageCollection.definition.schema.parse({
      ...{ host: { kind: "local" }, container: container(), registry: registry(), content: one },
    });
  return {
    resource: GarbageCollection,
    module: "providers/oci/garbage-collection",
    async setup() {
      plot = await takePlot();
      // A killed process may have left them.
      for (const name of [plot.name, other()]) await removeRecord(local, name);
      const { path, id } = await registryArchive();
      await loadImage(local, { stream: () => createReadStream(path) }, id);
      await docker("network", "create", "--internal", `--subnet=${plot.subnet}`, plot.name);
      const run = ["run", "--detach", `--name=${container()}`, "--restart=always", `--network=${plot.name}`];
      await docker(...run, `--ip=${plot.at(20)}`, `--volume=${container()}:/var/lib/registry`, id);
      // An empty registry is not collected.
      const client = new RegistryClient({ address: registry().address, insecure: true, attempts: 8 });
      await pushImage(client, "site/hello", "v1", imageOf("one"));
      await client.close();
    },
    async teardown() {
      await clear(plot.name);
      await plot.release();
    },
    args,
    changed: () => ({ ...args(), content: two }),
    replaced: () => ({ ...args(), registry: registry(other()) }),
    bad: [
      { args: { content: "v1" }, path: "content" },
      { args: { keep: ["site/hello:v1"] }, path: "keep.0" },
      { args: { config: "config.yml" }, path: "config" },
      { args: { registry: { address: "https://site-registry" } }, path: "registry.address" },
      { args: { host: { kind: "ssh", name: "b", address: "b" } }, path: "host.hostKey" },
    ],
    async drift() {
      await writeRecord(local, plot.name, theirs);
      return "content";
    },
    lose: () => removeRecord(local, plot.name),
    foreign: () => writeRecord(local, plot.name, theirs),
    foreignIntact: async () => (await readRecord(local, plot.name))?.content === theirs.content,
    removeForeign: () => removeRecord(local, plot.name),
    async residue() {
      const records = await Promise.all([plot.name, other()].map((name) => readRecord(local, name)));
      const containers = (await standingOn(plot.name)).container.filter((name) => name !== container());
      return [...containers, ...records.filter((record) => record !== undefined).map(({ content }) => content)];
    },
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
