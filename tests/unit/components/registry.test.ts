import { Registry } from "../../../components/registry";
import { Seed } from "../../../components/seed";
import { registrations } from "./recorder";
import { hello, here, registry, standing } from "./site";

const recipe = "e".repeat(64);
const machine = standing("seed", "10.77.0.10");
const { server } = registry;
const made = (args: object = {}) =>
  registrations(
    () => new Registry("registry", { machine, builder: here, recipe, server: { ...server, ...args } as typeof server }),
  );

test("its image is made here, its files and its container stand there", async () => {
  const found = await made();
  const at = { parent: "Registry registry", deletedWith: "" };
  expect(found).toEqual({
    "Registry registry": { args: {}, parent: "", dependsOn: [], deletedWith: "" },
    "lab:RegistryImage registry-image": {
      args: { host: here, recipe, usedBy: "openstack-site-test", version: 2 },
      ...at,
      dependsOn: [],
    },
    "host:File registry-config": {
      args: { host: machine.connection, path: "/etc/config.yml", mode: "0600", content: "{}" },
      ...at,
      dependsOn: [],
    },
    "host:Container registry": {
      args: expect.objectContaining({
        host: machine.connection,
        name: "registry",
        image: `sha256:${"c".repeat(64)}`,
        archive: "/cache/registry.tar",
        restart: "always",
        ports: [{ host: 4000, container: 5000 }],
        volumes: server.volumes,
        labels: { "openstack-site.revision": server.revision },
        logRotation: { maxSize: "10m", maxFiles: 3 },
        ready: server.ready,
      }),
      ...at,
      dependsOn: ["host:File registry-config", "lab:RegistryImage registry-image"],
    },
  });
});

test("what is secret in its files is secret to the engine, digests of it too", async () => {
  const files = [
    { name: "users", path: "/etc/htpasswd", mode: "0600", secret: true, content: "a hash" },
    { name: "certificate", path: "/etc/tls.crt", mode: "0644", secret: false, source: "a.pem", digest: "sha256:0" },
  ];
  const found = await made({ files });
  const { path, mode, source, digest } = files[1] as (typeof files)[1];
  expect(found["host:File registry-users"]?.args["content"]).toMatchObject({ value: "a hash" });
  expect(found["host:File registry-certificate"]?.args).toEqual({
    host: machine.connection,
    path,
    mode,
    source,
    digest,
  });
});

test("one that stands already: nothing is set up, and images outlive the seed's host", async () => {
  const way = { address: "registry.example.org", insecure: false, username: "site", password: "secret", ca: "ca.pem" };
  const authority = { source: "ca.pem", digest: `sha256:${"0".repeat(64)}` };
  const found = await registrations(
    () => new Seed("seed", { machine, builder: here, registry: { way, authority }, images: [hello], registries: {} }),
  );
  expect(Object.keys(found).filter((name) => /^(host|lab):/.test(name))).toEqual([
    "host:Service seed-host-docker",
    "host:File seed-host-registry-ca",
  ]);
  expect(found["host:File seed-host-registry-ca"]?.args).toEqual({
    host: machine.connection,
    path: "/etc/docker/certs.d/registry.example.org/ca.crt",
    ...authority,
  });
  expect(found["ImageSet seed-site-hello-v1"]).toMatchObject({ dependsOn: [], deletedWith: "" });
  expect(found["oci:ManifestList seed-site-hello-v1"]?.args["registry"]).toMatchObject({ value: { ...way } });
});
