import { Lab } from "../../../components/lab";
import { Seed } from "../../../components/seed";
import { type Registered, registrations } from "./recorder";
import { hello, here, planned, registry, standing } from "./site";

const recipe = "e".repeat(64);
const seed = planned("seed", "10.77.0.10");

/** A seed on a host of the lab, with one image. */
const inLab = () =>
  registrations(() => {
    const { machines } = new Lab("lab", { host: here, hosts: { seed } });
    new Seed("seed", {
      machine: machines["seed"] ?? fail(),
      builder: here,
      registry,
      registryRecipe: recipe,
      images: [hello],
      registries: {},
    });
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

test("an image for each architecture, and the list after them", async () => {
  const found = await inLab();
  const reach = { name: "seed-registry", address: "10.77.0.10:4000", insecure: true };
  const { repository, tag, digest } = hello;
  // The images inherit deletedWith from their set, inside the engine.
  expect(found["ImageSet seed-site-hello-v1"]).toEqual({
    args: {},
    parent: "Seed seed",
    dependsOn: [
      "host:Container seed-registry",
      "host:File seed-registry-config",
      "lab:RegistryImage seed-registry-image",
    ],
    deletedWith: HOST,
  });
  for (const { platform, ...image } of hello.images) {
    expect(found[`oci:Image seed-site-hello-v1-${platform.architecture}`]).toEqual({
      args: { registry: reach, repository, tag: image.tag, digest: image.digest, source: ".state/content", platform },
      ...top,
      parent: "ImageSet seed-site-hello-v1",
    });
  }
  expect(found["oci:ManifestList seed-site-hello-v1"]).toEqual({
    args: { registry: reach, repository, tag, digest, children: hello.images.map(({ source, ...child }) => child) },
    ...top,
    parent: "ImageSet seed-site-hello-v1",
    dependsOn: ["oci:Image seed-site-hello-v1-amd64", "oci:Image seed-site-hello-v1-s390x"],
  });
});

test("and nothing else", async () => {
  expect(Object.keys(await inLab()).sort()).toEqual([
    "ImageSet seed-site-hello-v1",
    "Lab lab",
    "Node seed-host",
    "Registry seed-registry",
    "Seed seed",
    "host:Container seed-registry",
    "host:DockerSettings seed-host-docker-settings",
    "host:File seed-registry-config",
    "host:Service seed-host-docker",
    HOST,
    "lab:RegistryImage seed-registry-image",
    "oci:Image seed-site-hello-v1-amd64",
    "oci:Image seed-site-hello-v1-s390x",
    "oci:ManifestList seed-site-hello-v1",
  ]);
});

test("on a host that exists nothing waits for a host, or goes with it", async () => {
  const machine = standing("seed", "10.77.0.10");
  const found = await registrations(
    () =>
      new Seed("seed", { machine, builder: here, registry, registryRecipe: recipe, images: [hello], registries: {} }),
  );
  const all: Registered[] = Object.values(found);
  expect(all.filter(({ deletedWith }) => deletedWith !== "")).toEqual([]);
  expect(all.flatMap(({ dependsOn }) => dependsOn)).not.toContain(HOST);
  expect(found["host:Service seed-host-docker"]?.dependsOn).toEqual([]);
});

test("without images the registry stands alone", async () => {
  const machine = standing("seed", "10.77.0.10");
  const found = await registrations(
    () => new Seed("seed", { machine, builder: here, registry, registryRecipe: recipe, images: [], registries: {} }),
  );
  expect(Object.keys(found).filter((name) => /^(ImageSet|oci:)/.test(name))).toEqual([]);
});

test("an image of another registry, by the name the stack file gives that", async () => {
  const upstream = { address: "registry.example.org", username: "site", password: "secret" };
  const [image, renamed] = hello.images.map((each) => ({ ...each, source: { repository: "kolla/hello" } }));
  const images = [{ ...image, source: { registry: "upstream", repository: "kolla/hello" } }, renamed] as never;
  const holes = [{ architecture: "arm64", why: "registry upstream has none" }];
  const machine = standing("seed", "10.77.0.10");
  let architectures = {};
  const found = await registrations(() => {
    const all = [{ ...hello, images, holes, adopt: true }];
    const seed = new Seed("seed", {
      machine,
      builder: here,
      registry,
      registryRecipe: recipe,
      images: all,
      registries: { upstream },
    });
    architectures = seed.architectures;
  });
  const args = (name: string) => found[`oci:${name}`]?.args;
  expect(args("Image seed-site-hello-v1-amd64")).toMatchObject({
    source: { value: { registry: upstream, repository: "kolla/hello" } },
    adopt: true,
  });
  expect(args("Image seed-site-hello-v1-s390x")).toMatchObject({ source: { repository: "kolla/hello" } });
  expect(args("ManifestList seed-site-hello-v1")).toMatchObject({ adopt: true });
  expect(architectures).toEqual({
    "site/hello:v1": {
      amd64: hello.images[0]?.digest,
      s390x: hello.images[1]?.digest,
      arm64: "missing: registry upstream has none",
    },
  });
});

test("images made from packages, their list after them, and garbage collected when all stands", async () => {
  const base = {
    tag: "v1-s390x",
    architecture: "s390x",
    sources: [],
    packages: ["curl"],
    recipe: `sha256:${"9".repeat(64)}`,
  };
  const { digest: _, images, ...rest } = hello;
  const mixed = { ...rest, images: images.slice(0, 1), bases: [base] } as never;
  const machine = standing("seed", "10.77.0.10");
  const collect = `sha256:${"8".repeat(64)}`;
  const found = await registrations(
    () =>
      new Seed("seed", {
        machine,
        builder: here,
        registry,
        registryRecipe: recipe,
        images: [mixed],
        registries: {},
        collect,
      }),
  );
  expect(found["oci:BaseImage seed-site-hello-v1-s390x"]?.args).toMatchObject({
    ...{ repository: "site/hello", tag: "v1-s390x", host: here, recipe: base.recipe, packages: ["curl"] },
  });
  expect(found["oci:ManifestList seed-site-hello-v1"]?.dependsOn).toEqual(
    expect.arrayContaining(["oci:Image seed-site-hello-v1-amd64", "oci:BaseImage seed-site-hello-v1-s390x"]),
  );
  const garbage = found["oci:GarbageCollection seed-registry-garbage"];
  expect(garbage?.args).toMatchObject({ container: "registry", content: collect });
  expect(garbage?.dependsOn).toEqual(expect.arrayContaining(["oci:ManifestList seed-site-hello-v1"]));
});
