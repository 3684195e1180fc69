import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyContainer, createContainer, removeContainer } from "../../../lib/docker/container";
import { diffContainer } from "../../../lib/docker/container-diff";
import { inspectContainer } from "../../../lib/docker/container-live";
import { type ContainerSpec, containerSpecSchema } from "../../../lib/docker/container-spec";
import { applyDaemonConfig, readDaemonConfig } from "../../../lib/docker/daemon";
import { mergeDaemonConfig, restoreDaemonConfig } from "../../../lib/docker/daemon-config";
import { loadImage } from "../../../lib/docker/image";
import { inspectNetwork } from "../../../lib/docker/network";
import { connect } from "../../../lib/host/connect";
import { connectionSchema } from "../../../lib/host/connection";
import type { Host } from "../../../lib/host/host";
import { ensureLabImage } from "../../../lib/lab/base-image";
import { cacheDirectory } from "../../../lib/lab/cache";
import { ensureKeyPair } from "../../../lib/lab/keys";
import {
  applyLabHost,
  inspectLabHost,
  inspectMachine,
  type LabHostSpec,
  labContainer,
  removeLabHost,
} from "../../../lib/lab/lab-host";
import { labRecipe } from "../../../lib/lab/recipe";
import { ensureRegistryArchive, registryRecipe } from "../../../lib/lab/registry-image";
import { labHostSpec, local } from "./lab";

const name = "labtest-host";
let directory: string;
let spec: LabHostSpec;
let far: Host;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), `${name}-`));
  const host = await ensureKeyPair(local, directory, "host");
  const user = await ensureKeyPair(local, directory, "user");
  spec = await labHostSpec(name, 41, { host, user });
  await removeLabHost(local, spec);
  const start = Date.now();
  await applyLabHost(local, spec, () => {});
  console.info(`created and ready in ${(Date.now() - start) / 1000} s`);
  far = await connect(
    connectionSchema.parse({ kind: "ssh", name, address: spec.address, hostKey: host.publicKey, keyFile: user.file }),
  );
}, 900_000);

afterAll(async () => {
  await far?.close();
  await removeLabHost(local, spec);
  await rm(directory, { recursive: true });
  expect(await inspectContainer(local, name)).toBeUndefined();
  expect(await inspectNetwork(local, name)).toBeUndefined();
  const { stdout } = await local.exec(["docker", "volume", "ls", "--quiet", "--filter", `name=${name}`]);
  expect(stdout.toString()).toBe("");
}, 60_000);

test("a ready lab host is what its spec says, and applying it again changes nothing", async () => {
  const before = await inspectLabHost(local, spec);
  expect(before?.diff).toEqual({ inPlace: [], recreate: [] });
  await applyLabHost(local, spec, () => {});
  expect((await inspectLabHost(local, spec))?.container.id).toBe(before?.container.id);
});

test("a lab host is reached by SSH with the key and host key it was given", async () => {
  expect((await far.exec(["hostname"])).stdout.toString().trim()).toBe(name);
});

test("an internal network has no way beyond the machine, another network has", async () => {
  const ip = async (...words: string[]) => (await local.exec(["ip", ...words])).code;
  const probe = "import socket; s = socket.socket(); s.settimeout(2); print(s.connect_ex(('203.0.113.2', 9)))";
  const refused = "111";
  await ip("netns", "add", name);
  try {
    await ip("link", "add", "labtest0", "type", "veth", "peer", "name", "eth0", "netns", name);
    await ip("address", "add", "203.0.113.1/24", "dev", "labtest0");
    await ip("link", "set", "labtest0", "up");
    await ip("-n", name, "address", "add", "203.0.113.2/24", "dev", "eth0");
    await ip("-n", name, "link", "set", "eth0", "up");
    await ip("-n", name, "route", "add", "default", "via", "203.0.113.1");
    const run = ["docker", "run", "--rm", "--network=bridge", spec.image, "python3", "-c", probe];
    expect((await local.exec(run)).stdout.toString().trim()).toBe(refused);
    expect((await far.exec(["python3", "-c", probe])).stdout.toString().trim()).not.toBe(refused);
  } finally {
    await ip("netns", "delete", name);
  }
});

test("a lab host stopped by hand is started, with the same keys", async () => {
  await local.exec(["docker", "stop", name]);
  expect((await inspectLabHost(local, spec))?.diff.inPlace).toEqual(["running"]);
  const start = Date.now();
  await applyLabHost(local, spec, () => {});
  console.info(`started again in ${(Date.now() - start) / 1000} s`);
  expect((await far.exec(["true"])).code).toBe(0);
}, 120_000);

test("a host whose network was taken away while it was stopped, or whose creation was cut short, is remade", async () => {
  await local.exec(["docker", "stop", name]);
  await local.exec(["docker", "network", "rm", "--", name]);
  await applyLabHost(local, spec, () => {});
  await local.exec(["docker", "rm", "--force", name]);
  await createContainer(local, labContainer(spec, await inspectMachine(local)));
  await applyLabHost(local, spec, () => {});
  expect((await inspectLabHost(local, spec))?.diff).toEqual({ inPlace: [], recreate: [] });
  expect((await far.exec(["docker", "ps", "--quiet"])).stdout.toString()).toBe("");
}, 120_000);

test("an image that cannot be made says what apt said", async () => {
  const recipe = { ...labRecipe, packages: ["no-such-package"] };
  await expect(ensureLabImage(local, directory, () => {}, recipe)).rejects.toThrow(
    /Unable to locate package no-such-package/,
  );
  expect(await local.list(join(directory, "images"))).toEqual([]);
}, 120_000);

describe("a registry on the lab host, by SSH", () => {
  let registry: ContainerSpec;

  beforeAll(async () => {
    const archive = await ensureRegistryArchive(local, cacheDirectory(), await registryRecipe(local), () => {});
    const image = await loadImage(far, { stream: () => createReadStream(archive.path) }, archive.id);
    console.info(`registry image ${(image.size / 1e6).toFixed(1)} MB`);
    registry = containerSpecSchema.parse({
      name: "registry",
      image: archive.id,
      ports: [{ host: 4000, container: 5000 }],
      volumes: [{ source: "registry-data", target: "/var/lib/registry" }],
      env: { REGISTRY_HTTP_SECRET: "a # secret=value " },
      restart: "unless-stopped",
      logRotation: { maxSize: "10m", maxFiles: 3 },
    });
    await applyContainer(far, registry, undefined);
  }, 120_000);

  test("answers its API", async () => {
    const answer = await fetch(`http://${spec.address}:4000/v2/`);
    expect([answer.status, answer.headers.get("docker-distribution-api-version")]).toEqual([200, "registry/2.0"]);
  });

  test("is what its spec says, its secret unspoilt", async () => {
    const live = await inspectContainer(far, "registry");
    expect(live?.env["REGISTRY_HTTP_SECRET"]).toBe("a # secret=value ");
    expect(live && diffContainer(registry, live)).toEqual({ inPlace: [], recreate: [] });
  });

  test("the daemon takes settings over by reload, and gives them back, with no container stopped", async () => {
    const { stdout } = await far.exec(["systemctl", "show", "docker", "--property=MainPID"]);
    const original = '{\n    "debug": false,   "insecure-registries": []\n}';
    await far.writeFile("/etc/docker/daemon.json", original);
    const plan = mergeDaemonConfig(original, {
      "insecure-registries": ["172.29.41.10:4000"],
      "registry-mirrors": ["http://172.29.41.10:4000"],
    });
    await applyDaemonConfig(far, original, plan);
    expect(await registries(far)).toEqual([true, ["http://172.29.41.10:4000/"]]);
    const standing = await readDaemonConfig(far);
    await applyDaemonConfig(far, standing, restoreDaemonConfig(standing, plan.record));
    expect(await readDaemonConfig(far)).toBe(original);
    expect(await registries(far)).toEqual([false, null]);
    expect((await far.exec(["systemctl", "show", "docker", "--property=MainPID"])).stdout).toEqual(stdout);
  });

  test("a setting the daemon refuses is reported, and the daemon runs on with the file it had", async () => {
    const from = await readDaemonConfig(far);
    const plan = mergeDaemonConfig(from, { "storage-driver": "no-such-driver" });
    await expect(applyDaemonConfig(far, from, plan)).rejects.toThrow(/systemctl restart docker/);
    expect(await readDaemonConfig(far)).toBe(from);
    expect((await inspectContainer(far, "registry"))?.running).toBe(true);
  }, 60_000);

  test("removal keeps the data unless asked", async () => {
    await removeContainer(far, "registry");
    const volumes = async () => (await far.exec(["docker", "volume", "ls", "--quiet"])).stdout.toString().trim();
    expect(await volumes()).toBe("registry-data");
    await removeContainer(far, "registry", ["registry-data"]);
    expect(await volumes()).toBe("");
    await removeContainer(far, "registry", ["registry-data"]);
  }, 60_000);
});

async function registries(host: Host): Promise<[boolean, string[] | null]> {
  const { stdout } = await host.exec(["docker", "info", "--format", "{{json .RegistryConfig}}"]);
  const config = JSON.parse(stdout.toString()) as { IndexConfigs: Record<string, object>; Mirrors: string[] | null };
  return ["172.29.41.10:4000" in config.IndexConfigs, config.Mirrors?.length ? config.Mirrors : null];
}
