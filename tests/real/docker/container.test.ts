import {
  applyContainer,
  createContainer,
  removeContainer,
  startContainer,
  watchStart,
} from "../../../lib/docker/container";
import { diffContainer, observedSpec, standingSpec } from "../../../lib/docker/container-diff";
import { inspectContainer, type LiveContainer } from "../../../lib/docker/container-live";
import { type ContainerArgs, type ContainerSpec, containerSpecSchema } from "../../../lib/docker/container-spec";
import { inspectImage, loadImage, removeImage } from "../../../lib/docker/image";
import { ensureNetwork, inspectNetwork, removeNetwork } from "../../../lib/docker/network";
import { LocalHost } from "../../../lib/host/local";
import { cacheDirectory } from "../../../lib/lab/cache";
import { ensureRegistryArchive, registryRecipe } from "../../../lib/lab/registry-image";

const host = new LocalHost();
const name = "dockertest-one";
const network = { name: "dockertest-net", subnet: "172.29.51.0/24", internal: true, labels: {} };
const NONE = { inPlace: [], recreate: [] };
let image: string;

const specOf = (args: Partial<ContainerArgs> = {}): ContainerSpec =>
  containerSpecSchema.parse({ name, image, ...args });
const by = (...words: string[]) => host.exec(["docker", ...words]);

async function live(): Promise<LiveContainer> {
  const found = await inspectContainer(host, name);
  if (!found) throw new Error(`no container ${name}`);
  return found;
}

beforeAll(async () => {
  const archive = await ensureRegistryArchive(host, cacheDirectory(), await registryRecipe(host), () => {});
  image = (await loadImage(host, archive, archive.id)).id;
  await removeContainer(host, name);
  await ensureNetwork(host, network);
}, 300_000);

afterEach(() => removeContainer(host, name, ["dockertest-data"]));
afterAll(() => removeNetwork(host, network.name));

const whole: Partial<ContainerArgs> = {
  entrypoint: "/usr/bin/docker-registry",
  command: ["serve", "/etc/docker/registry/config.yml"],
  env: { A: "1", WITH_SPACES: " x = y # z ", EMPTY: "" },
  ports: [
    { host: 25001, container: 5000, address: "127.0.0.1" },
    { host: 25002, container: 5000, protocol: "udp" },
  ],
  volumes: [
    { source: "dockertest-data", target: "/var/lib/registry" },
    { source: "/etc/hosts", target: "/hosts", readOnly: true },
  ],
  networks: [{ name: "dockertest-net", address: "172.29.51.9" }, { name: "bridge" }],
  hostname: "one.site",
  restart: "unless-stopped",
  labels: { "a.b": "c=d" },
  logRotation: { maxSize: "10m", maxFiles: 3 },
  capabilities: { add: ["NET_ADMIN", "CAP_SYS_TIME"], drop: ["mknod"] },
  tmpfs: { "/run": "size=1m", "/tmp": "" },
  securityOptions: ["seccomp=unconfined", "systempaths=unconfined", "no-new-privileges=true"],
  cgroupNamespace: "host",
  stopSignal: "SIGINT",
  memory: 64 * 1024 * 1024,
};

test.each([
  ["with every field", () => specOf(whole)],
  ["with none", () => specOf()],
  [
    "of an entrypoint without the image's command",
    () => specOf({ entrypoint: "/usr/bin/docker-registry", running: false }),
  ],
  ["on the host's network", () => specOf({ networks: [{ name: "host" }] })],
  ["never started", () => specOf({ ...whole, running: false })],
])(
  "a container %s equals its spec",
  async (_title, make) => {
    const spec = make();
    const made = await applyContainer(host, spec, undefined);
    expect(diffContainer(spec, made)).toEqual(NONE);
    expect(observedSpec(spec, made)).toEqual(spec);
    // Read without the spec that made it, it gives a spec that describes it.
    expect(diffContainer(standingSpec(made), made)).toEqual(NONE);
    const again = await applyContainer(host, spec, made);
    expect(again.id).toBe(made.id);
  },
  60_000,
);

test("drift by hand shows as the field that drifted, and is repaired in place", async () => {
  const spec = specOf(whole);
  const made = await applyContainer(host, spec, undefined);
  await by("update", "--restart=no", "--memory=128m", "--memory-swap=128m", name);
  await by("network", "disconnect", "bridge", name);
  await by("stop", name);
  const drifted = await live();
  expect(diffContainer(spec, drifted)).toEqual({ inPlace: ["networks", "restart", "memory", "running"], recreate: [] });
  expect(observedSpec(spec, drifted)).toEqual({
    ...spec,
    networks: [spec.networks[0]],
    restart: "no",
    memory: 128 * 1024 * 1024,
    running: false,
  });
  const repaired = await applyContainer(host, spec, drifted);
  expect(repaired.id).toBe(made.id);
  expect(diffContainer(spec, repaired)).toEqual(NONE);
}, 60_000);

test("what Docker cannot change makes a new container over the same volume", async () => {
  const made = await applyContainer(host, specOf(whole), undefined);
  await by("cp", "/etc/hosts", `${name}:/var/lib/registry/kept`);
  const spec = specOf({ ...whole, env: { A: "2" } });
  expect(diffContainer(spec, made)).toEqual({ inPlace: [], recreate: ["env"] });
  const now = await applyContainer(host, spec, made);
  expect(now.id).not.toBe(made.id);
  await by("cp", `${name}:/var/lib/registry/kept`, "-");
}, 60_000);

test("another container under the name is drift, field by field", async () => {
  const spec = specOf({ env: { A: "1" } });
  await by(
    "create",
    "--name",
    name,
    "--env",
    "A=2",
    "--env",
    "MORE=3",
    "--privileged=false",
    "-v",
    "/anonymous",
    image,
  );
  const found = await live();
  expect(diffContainer(spec, found).recreate).toEqual(["volumes", "env"]);
  expect(observedSpec(spec, found).env).toEqual({ A: "2", MORE: "3" });
  expect(diffContainer(spec, await applyContainer(host, spec, found))).toEqual(NONE);
}, 60_000);

test("a taken port, a missing image and a program that ends are each said plainly", async () => {
  const taken = specOf({ networks: [{ name: "host" }] });
  await applyContainer(host, taken, undefined);
  const other = specOf({ name: "dockertest-two", ports: [{ host: 5000, container: 5000 }] });
  try {
    await expect(applyContainer(host, other, undefined)).rejects.toMatchObject({
      message: expect.stringMatching(/start container dockertest-two failed.*in use/s),
      hint: expect.stringContaining("free it"),
    });
    const ends = specOf({ name: "dockertest-two", command: ["serve", "/no-such-config"] });
    const standing = await inspectContainer(host, "dockertest-two");
    const started = applyContainer(host, ends, standing).then(() => watchStart(host, ends.name));
    await expect(started).rejects.toThrow(/exited after its start:.*no-such-config/s);
    const again = specOf({ ...ends, restart: "always" });
    const restarted = applyContainer(host, again, await inspectContainer(host, again.name));
    await expect(restarted.then(() => watchStart(host, again.name))).rejects.toThrow(/after its start:.*no-such/s);
  } finally {
    await removeContainer(host, "dockertest-two");
  }
  const missing = specOf({ image: `sha256:${"0".repeat(64)}` });
  await expect(applyContainer(host, missing, await live())).rejects.toThrow(/no image sha256:0/);
  expect((await live()).running).toBe(true);
  await expect(createContainer(host, taken)).rejects.toMatchObject({ hint: expect.stringContaining("adopt") });
}, 60_000);

test("a dead daemon is an error, never an absent container", async () => {
  const dead: LocalHost = Object.assign(new LocalHost(), {
    exec: (argv: readonly string[], options = {}) =>
      host.exec(argv, { ...options, env: { DOCKER_HOST: "unix:///nowhere/docker.sock" } }),
  });
  await expect(inspectContainer(dead, name)).rejects.toMatchObject({ hint: expect.stringContaining("start Docker") });
});

test("a name that is the beginning of another container's ID is absent", async () => {
  await createContainer(host, specOf());
  expect(await inspectContainer(host, (await live()).id.slice(0, 12))).toBeUndefined();
});

test("an image in use is not removed, an archive is held to its ID, the network to its spec", async () => {
  await createContainer(host, specOf());
  await expect(removeImage(host, image)).rejects.toMatchObject({ hint: expect.stringContaining("container") });
  const archive = await ensureRegistryArchive(host, cacheDirectory(), await registryRecipe(host), () => {});
  await expect(loadImage(host, archive, `sha256:${"1".repeat(64)}`)).rejects.toThrow(/does not hold image sha256:1/);
  await expect(ensureNetwork(host, { ...network, internal: false })).rejects.toThrow(
    /is 172.29.51.0\/24 without a route/,
  );
  await applyContainer(host, specOf({ networks: [{ name: network.name }] }), await live());
  await by("stop", name);
  await expect(removeNetwork(host, network.name)).rejects.toThrow(`in use by ${name}`);
  expect((await inspectNetwork(host, network.name))?.containers).toEqual([name]);
  await startContainer(host, { name });
  await removeContainer(host, name);
  await removeContainer(host, name);
  expect(await inspectImage(host, "sha256:nothing")).toBeUndefined();
}, 60_000);
