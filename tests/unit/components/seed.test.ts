import { Lab } from "../../../components/lab";
import { Seed } from "../../../components/seed";
import { type Registered, registrations } from "./recorder";
import { hello, here, planned, standing } from "./site";

const recipe = "e".repeat(64);
const registry = { address: "10.77.0.10", port: 4000, recipe };
const seed = planned("seed", "10.77.0.10");

/** A seed on a host of the lab, with one image. */
const inLab = () =>
  registrations(() => {
    const { machines } = new Lab("lab", { host: here, hosts: { seed } });
    new Seed("seed", { machine: machines["seed"] ?? fail(), builder: here, registry, images: [hello] });
  });

const fail = (): never => {
  throw new Error("the lab made no seed");
};

const top = { parent: "", dependsOn: [], deletedWith: "" };
const HOST = "lab:Host lab-seed";
/** What stands on the lab's host: after it, and gone with it. */
const onHost = (parent: string, ...after: string[]) => ({
  parent,
  dependsOn: [...after, HOST].sort(),
  deletedWith: HOST,
});

test("the host it stands on and its Docker", async () => {
  const found = await inLab();
  const args = { host: seed.connection };
  expect(found).toMatchObject({
    "Seed seed": { args: {}, ...top },
    "Node seed-host": { args: {}, ...top, parent: "Seed seed" },
  });
  expect(found["host:Service seed-host-docker"]).toEqual({
    args: { ...args, unit: "docker.service" },
    ...onHost("Node seed-host"),
  });
  expect(found["host:DockerSettings seed-host-docker-settings"]).toEqual({
    args: { ...args, settings: { "insecure-registries": ["10.77.0.10:4000"] } },
    ...onHost("Node seed-host", "host:Service seed-host-docker"),
  });
});

test("the registry: its image is made here, its container runs there", async () => {
  const found = await inLab();
  expect(found["Registry seed-registry"]).toEqual({
    args: {},
    ...top,
    parent: "Seed seed",
    dependsOn: ["host:DockerSettings seed-host-docker-settings", "host:Service seed-host-docker"],
  });
  expect(found["lab:RegistryImage seed-registry-image"]).toEqual({
    args: { host: here, recipe, usedBy: "openstack-site-test" },
    ...top,
    parent: "Registry seed-registry",
  });
  expect(found["host:Container seed-registry"]).toEqual({
    args: {
      host: seed.connection,
      name: "registry",
      image: `sha256:${"c".repeat(64)}`,
      archive: "/cache/registry.tar",
      restart: "always",
      ports: [{ host: 4000, container: 5000 }],
      volumes: [{ source: "registry-data", target: "/var/lib/registry" }],
      logRotation: { maxSize: "10m", maxFiles: 3 },
      ready: { port: 4000, path: "/v2/" },
    },
    ...onHost("Registry seed-registry", "lab:RegistryImage seed-registry-image"),
  });
});

test("an image for each architecture, and the list after them", async () => {
  const found = await inLab();
  const reach = { name: "seed-registry", address: "10.77.0.10:4000", insecure: true };
  const { repository, tag, digest } = hello;
  // The images inherit deletedWith from their set, inside the engine.
  expect(found["ImageSet seed-site-hello"]).toEqual({
    args: {},
    parent: "Seed seed",
    dependsOn: ["host:Container seed-registry", "lab:RegistryImage seed-registry-image"],
    deletedWith: HOST,
  });
  for (const { platform, ...image } of hello.images) {
    expect(found[`oci:Image seed-site-hello-${platform.architecture}`]).toEqual({
      args: { registry: reach, repository, tag: image.tag, digest: image.digest, source: ".state/content", platform },
      ...top,
      parent: "ImageSet seed-site-hello",
    });
  }
  expect(found["oci:ManifestList seed-site-hello"]).toEqual({
    args: { registry: reach, repository, tag, digest, children: hello.images.map(({ source, ...child }) => child) },
    ...top,
    parent: "ImageSet seed-site-hello",
    dependsOn: ["oci:Image seed-site-hello-amd64", "oci:Image seed-site-hello-s390x"],
  });
});

test("and nothing else", async () => {
  expect(Object.keys(await inLab()).sort()).toEqual([
    "ImageSet seed-site-hello",
    "Lab lab",
    "Node seed-host",
    "Registry seed-registry",
    "Seed seed",
    "host:Container seed-registry",
    "host:DockerSettings seed-host-docker-settings",
    "host:Service seed-host-docker",
    HOST,
    "lab:RegistryImage seed-registry-image",
    "oci:Image seed-site-hello-amd64",
    "oci:Image seed-site-hello-s390x",
    "oci:ManifestList seed-site-hello",
  ]);
});

test("on a host that exists nothing waits for a host, or goes with it", async () => {
  const machine = standing("seed", "10.77.0.10");
  const found = await registrations(() => new Seed("seed", { machine, builder: here, registry, images: [hello] }));
  const all: Registered[] = Object.values(found);
  expect(all.filter(({ deletedWith }) => deletedWith !== "")).toEqual([]);
  expect(all.flatMap(({ dependsOn }) => dependsOn)).not.toContain(HOST);
  expect(found["host:Service seed-host-docker"]?.dependsOn).toEqual([]);
});

test("without images the registry stands alone", async () => {
  const machine = standing("seed", "10.77.0.10");
  const found = await registrations(() => new Seed("seed", { machine, builder: here, registry, images: [] }));
  expect(Object.keys(found).filter((name) => /^(ImageSet|oci:)/.test(name))).toEqual([]);
});
