import { Undercloud } from "../../../components/undercloud";
import { registrations } from "./recorder";
import { standing } from "./site";

const registry = { address: "10.77.0.10:4000", insecure: true };
const nodes = { control1: standing("control1", "10.77.0.11"), compute1: standing("compute1", "10.77.0.12") };
const top = { parent: "", dependsOn: [], deletedWith: "" };

test("a Docker that knows the registry on each node, and nothing else", async () => {
  const found = await registrations(() => new Undercloud("undercloud", { nodes, registry }));
  const expected = Object.entries(nodes).map(([name, { connection: host }]) => ({
    [`Node undercloud-${name}`]: { args: {}, ...top, parent: "Undercloud undercloud" },
    [`host:Service undercloud-${name}-docker`]: {
      args: { host, unit: "docker.service" },
      ...top,
      parent: `Node undercloud-${name}`,
    },
    [`host:DockerSettings undercloud-${name}-docker-settings`]: {
      args: { host, settings: { "insecure-registries": [registry.address] } },
      ...top,
      parent: `Node undercloud-${name}`,
      dependsOn: [`host:Service undercloud-${name}-docker`],
    },
  }));
  expect(found).toEqual(Object.assign({ "Undercloud undercloud": { args: {}, ...top } }, ...expected));
});

test("over TLS its Docker is told of the authority instead, if of any", async () => {
  const authority = { source: "certificates/ca.pem", digest: `sha256:${"a".repeat(64)}` };
  const nodeWith = async (extra: object) => {
    const trust = { address: "10.77.0.10:4000", insecure: false, ...extra };
    const { control1 } = nodes;
    return registrations(() => new Undercloud("undercloud", { nodes: { control1 }, registry: trust }));
  };
  const found = await nodeWith({ authority });
  expect(Object.keys(found).filter((name) => name.startsWith("host:"))).toEqual([
    "host:Service undercloud-control1-docker",
    "host:File undercloud-control1-registry-ca",
  ]);
  const path = "/etc/docker/certs.d/10.77.0.10:4000/ca.crt";
  expect(found["host:File undercloud-control1-registry-ca"]?.args).toMatchObject({ path, ...authority });
  expect(Object.keys(await nodeWith({}))).not.toContain("host:File undercloud-control1-registry-ca");
});

test("without nodes nothing is touched", async () => {
  const found = await registrations(() => new Undercloud("undercloud", { nodes: {}, registry }));
  expect(Object.keys(found)).toEqual(["Undercloud undercloud"]);
});
