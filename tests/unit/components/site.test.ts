import * as pulumi from "@pulumi/pulumi";
import { registrations } from "./recorder";
import { hello, image, planned, registry } from "./site";

const plan = {
  hosts: { seed: planned("seed", "10.77.0.10"), control1: planned("control1", "10.77.0.11") },
  images: [hello],
  registry,
  registryRecipe: "e".repeat(64),
  notes: [],
};
const lab = {
  network: { subnet: "10.77.0.0/24" },
  hosts: { seed: { address: "10.77.0.10" }, control1: { address: "10.77.0.11" } },
};
const site = {
  lab,
  seed: { host: "seed", registry: { port: 4000 } },
  undercloud: { nodes: ["control1"] },
  overcloud: { deployHost: "seed", inventory: { control: ["control1"] } },
};

/** The program itself on a stack file; only what plan/ would find out is given. */
async function program(values: object, found: object = plan) {
  const entries = Object.entries(values).map(([key, value]) => [`openstack-site:${key}`, JSON.stringify(value)]);
  let outputs: unknown;
  const registered = await registrations(async () => {
    pulumi.runtime.setAllConfig(Object.fromEntries(entries));
    jest.resetModules();
    jest.doMock("@pulumi/pulumi", () => pulumi);
    jest.doMock("../../../plan/site", () => ({ planSite: async () => found }));
    outputs = await (require("../../../index") as () => Promise<unknown>)();
  });
  return { registered, outputs };
}

test("three layers, each after the one before, and what the stack exports", async () => {
  const { registered, outputs } = await program(site);
  const custom = (layer: string) =>
    Object.keys(registered).filter(
      (name) => / (seed|undercloud|overcloud)/.exec(name)?.[1] === layer && /:/.test(name),
    );
  expect(registered["Undercloud undercloud"]?.dependsOn).toEqual(custom("seed").sort());
  expect(registered["Overcloud overcloud"]?.dependsOn).toEqual(custom("undercloud").sort());
  expect(registered["host:File overcloud-inventory"]?.args["host"]).toEqual(plan.hosts.seed.connection);
  expect(outputs).toEqual({
    registry: "10.77.0.10:4000",
    images: { "site/hello:v1": hello.digest },
    architectures: { "site/hello:v1": { amd64: hello.images[0]?.digest, s390x: hello.images[1]?.digest } },
  });
});

test("a site without an overcloud registers nothing of it", async () => {
  const { overcloud, ...rest } = site;
  const { registered } = await program(rest);
  expect(Object.keys(registered).filter((name) => name.includes("overcloud"))).toEqual([]);
  expect(Object.keys(registered)).toContain("Node undercloud-control1");
});

test("a site without nodes prepares the seed alone", async () => {
  const { registered } = await program({ lab, seed: site.seed });
  expect(
    Object.keys(registered)
      .filter((name) => /^host:/.test(name))
      .sort(),
  ).toEqual([
    "host:Container seed-registry",
    "host:DockerSettings seed-host-docker-settings",
    "host:File seed-registry-config",
    "host:Service seed-host-docker",
  ]);
});

test("wrong arguments of all resources are told at once, and the program ends before it gives outputs", async () => {
  const bad = { ...hello, digest: "sha256:0", images: [image("amd64", "A"), image("arm64", "b")] };
  const told = await program(site, { ...plan, images: [bad] }).catch((error: Error) => error.message.split("\n"));
  expect(told).toEqual([
    "3 arguments are wrong; nothing was touched:",
    "  - oci:Image seed-site-hello-v1-amd64: digest: sha256: and 64 hexadecimal digits",
    "  - oci:ManifestList seed-site-hello-v1: digest: sha256: and 64 hexadecimal digits",
    "  - oci:ManifestList seed-site-hello-v1: children.0.digest: sha256: and 64 hexadecimal digits",
  ]);
});
