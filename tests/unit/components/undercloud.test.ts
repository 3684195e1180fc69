import { Undercloud } from "../../../components/undercloud";
import { registrations } from "./recorder";
import { standing } from "./site";

const registryAddress = "10.77.0.10:4000";
const nodes = { control1: standing("control1", "10.77.0.11"), compute1: standing("compute1", "10.77.0.12") };
const top = { parent: "", dependsOn: [], deletedWith: "" };

test("a Docker that knows the registry on each node, and nothing else", async () => {
  const found = await registrations(() => new Undercloud("undercloud", { nodes, registryAddress }));
  const expected = Object.entries(nodes).map(([name, { connection: host }]) => ({
    [`Node undercloud-${name}`]: { args: {}, ...top, parent: "Undercloud undercloud" },
    [`host:Service undercloud-${name}-docker`]: {
      args: { host, unit: "docker.service" },
      ...top,
      parent: `Node undercloud-${name}`,
    },
    [`host:DockerSettings undercloud-${name}-docker-settings`]: {
      args: { host, settings: { "insecure-registries": [registryAddress] } },
      ...top,
      parent: `Node undercloud-${name}`,
      dependsOn: [`host:Service undercloud-${name}-docker`],
    },
  }));
  expect(found).toEqual(Object.assign({ "Undercloud undercloud": { args: {}, ...top } }, ...expected));
});

test("without nodes nothing is touched", async () => {
  const found = await registrations(() => new Undercloud("undercloud", { nodes: {}, registryAddress }));
  expect(Object.keys(found)).toEqual(["Undercloud undercloud"]);
});
