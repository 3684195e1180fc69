import { randomBytes } from "node:crypto";
import { applyContainer, removeContainer } from "../../../lib/docker/container";
import { inspectContainer } from "../../../lib/docker/container-live";
import { containerSpecSchema } from "../../../lib/docker/container-spec";
import { loadImage } from "../../../lib/docker/image";
import { ensureNetwork, removeNetwork } from "../../../lib/docker/network";
import { LocalHost } from "../../../lib/host/local";
import { cacheDirectory } from "../../../lib/lab/cache";
import { ensureRegistryArchive, registryRecipe } from "../../../lib/lab/registry-image";
import { hasBlob, readBlob } from "../../../lib/oci/blobs";
import { buildImage } from "../../../lib/oci/build";
import { listTags } from "../../../lib/oci/catalog";
import { RegistryClient } from "../../../lib/oci/client";
import type { Image } from "../../../lib/oci/image";
import { buildList } from "../../../lib/oci/list";
import { getManifest, putManifest } from "../../../lib/oci/manifests";
import { pushImage } from "../../../lib/oci/push";
import { pushList } from "../../../lib/oci/push-list";
import { untag } from "../../../lib/oci/tag";
import { collectGarbage } from "../../../lib/registry/collect";
import { GarbageCollection } from "../../../providers/oci/garbage-collection";
import { DynamicProvider } from "../../support/dynamic-provider";
import { until } from "../../support/project";
import { childOf, imageFor } from "../../support/registry-suite";
import { ResourceState } from "../../support/state";

jest.setTimeout(120_000);

const host = new LocalHost();
const name = "collecttest";
const network = { name: `${name}-net`, subnet: "172.29.187.0/24", internal: true, labels: {} };
const address = "172.29.187.10:5000";
const config = "/etc/docker/registry/config.yml";
const client = new RegistryClient({ address, insecure: true });
const context = { signal: new AbortController().signal, progress: () => undefined };
const GARBAGE = 20 * 1024 * 1024;

const ours = ["amd64", "arm64", "s390x"].map((architecture) => imageFor(architecture, "ours"));
const theirs = ["amd64", "arm64"].map((architecture) => imageFor(architecture, "theirs"));
const pinned = imageFor("amd64", "pinned");
const pin = { repository: "site/pinned", digest: pinned.manifest.digest };
const foreign = buildList(theirs.map((image) => childOf(image))).manifest;

beforeAll(async () => {
  const archive = await ensureRegistryArchive(host, cacheDirectory(), await registryRecipe(host), () => {});
  const image = (await loadImage(host, archive, archive.id)).id;
  await clear();
  await ensureNetwork(host, network);
  const spec = containerSpecSchema.parse({
    ...{ name, image, restart: "always", networks: [{ name: network.name, address: "172.29.187.10" }] },
    volumes: [{ source: `${name}-data`, target: "/var/lib/registry" }],
  });
  await applyContainer(host, spec, undefined);
  await until(() => answers(), "the registry answers");
}, 300_000);

afterAll(async () => {
  await client.close();
  await clear();
});

async function clear(): Promise<void> {
  for (const part of ["-collector", "-read-only"]) await removeContainer(host, `${name}${part}`);
  await removeContainer(host, name, [`${name}-data`]);
  await removeNetwork(host, network.name);
}

const answers = (): Promise<boolean> =>
  fetch(`http://${address}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Everything of an image answers, to its last byte. */
async function stands(repository: string, reference: string, image: Image): Promise<boolean> {
  const manifest = await getManifest(client, repository, reference);
  for (const blob of [image.config, ...image.layers]) await readBlob(client, repository, blob);
  return manifest?.digest === image.manifest.digest;
}

async function fill(): Promise<Image> {
  for (const image of ours) await pushImage(client, "site/ours", `v1-${image.platform.architecture}`, image);
  await pushList(client, "site/ours", "v1", buildList(ours.map((image) => childOf(image))));
  for (const image of theirs) await pushImage(client, "site/theirs", image.manifest.digest, image);
  await putManifest(client, "site/theirs", "v1", foreign);
  await pushImage(client, pin.repository, pin.digest, pinned);
  const garbage = buildImage([{ path: "noise", content: randomBytes(GARBAGE) }], {
    os: "linux",
    architecture: "amd64",
  });
  await pushImage(client, "site/garbage", "v1", garbage);
  await untag(client, { repository: "site/garbage", tag: "v1" });
  return garbage;
}

/** Pulls one image after the other until it is stopped; tells how often that failed, and for how long at most. */
function pulling() {
  let on = true;
  const told = { pulls: 0, failures: 0, longest: 0 };
  const run = (async () => {
    for (let failing = 0; on; ) {
      const [image] = ours as [Image];
      const path = `http://${address}/v2/site/ours/blobs/${image.layers[0]?.digest}`;
      const ok = await fetch(path).then(
        async (answer) => answer.ok && (await answer.arrayBuffer()).byteLength === image.layers[0]?.size,
        () => false,
      );
      told.pulls += 1;
      if (ok) failing = 0;
      else {
        failing ||= performance.now();
        told.failures += 1;
        told.longest = Math.max(told.longest, performance.now() - failing);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  })();
  return async () => {
    on = false;
    await run;
    return told;
  };
}

test("garbage goes, every list and each image of it stays, and pulls go on", async () => {
  const garbage = await fill();
  const stop = pulling();
  const begin = performance.now();
  const collected = await collectGarbage(host, client, { container: name, config, keep: [pin] }, context);
  const took = performance.now() - begin;
  const told = await stop();
  console.info({ collected, took, ...told });
  expect(collected.bytes).toBeGreaterThan(GARBAGE);
  expect(collected.bytes).toBeLessThan(GARBAGE * 1.01);
  expect(collected.manifests).toBeGreaterThan(0);
  expect(await hasBlob(client, "site/garbage", garbage.layers[0]?.digest ?? garbage.config.digest)).toBe(false);
  for (const image of ours) {
    expect(await stands("site/ours", `v1-${image.platform.architecture}`, image)).toBe(true);
  }
  for (const image of theirs) expect(await stands("site/theirs", image.manifest.digest, image)).toBe(true);
  expect(await stands(pin.repository, pin.digest, pinned)).toBe(true);
  expect((await listTags(client, "site/theirs")).filter((tag) => /^kept-[0-9a-f]{12}$/.test(tag))).toHaveLength(2);
  expect(told.longest).toBeLessThan(5000);
  expect((await inspectContainer(host, name))?.running).toBe(true);
  expect(await pushImage(client, "site/after", "v1", imageFor("amd64", "after"))).toEqual({ changed: true });
});

test("what was kept for a list goes with the list", async () => {
  await fill();
  await untag(client, { repository: "site/theirs", tag: "v1" });
  await collectGarbage(host, client, { container: name, config, keep: [] }, context);
  expect(await listTags(client, "site/theirs")).toEqual([]);
  for (const { manifest } of theirs) expect(await getManifest(client, "site/theirs", manifest.digest)).toBeUndefined();
  expect(await getManifest(client, pin.repository, pin.digest)).toBeUndefined();
  expect(await stands("site/ours", "v1-s390x", ours[2] as Image)).toBe(true);
});

test("a list that is pushed at the last moment ends the window, and is kept in the next", async () => {
  await fill();
  await untag(client, { repository: "site/theirs", tag: "v1" });
  let windows = 0;
  const late: LocalHost = Object.create(host);
  late.exec = async (argv, options) => {
    if (options?.effect === `docker create ${name}-read-only` && windows++ === 0) {
      await putManifest(client, "site/theirs", "late", foreign);
    }
    return host.exec(argv, options);
  };
  await collectGarbage(late, client, { container: name, config, keep: [] }, context);
  expect(windows).toBe(2);
  for (const image of theirs) expect(await stands("site/theirs", image.manifest.digest, image)).toBe(true);
  await untag(client, { repository: "site/theirs", tag: "late" });
});

test.each(["read-only", "collector"])("kill -9 while the %s runs leaves a registry that serves", async (part) => {
  await fill();
  const state = new ResourceState(GarbageCollection.definition);
  const args = GarbageCollection.definition.schema.parse({
    ...{ host: { kind: "local" }, container: name, registry: { name, address, insecure: true }, keep: [] },
    content: pin.digest,
  });
  const doomed = await DynamicProvider.start("oci:GarbageCollection");
  const dying = state.up(doomed, args).then(
    () => "done",
    () => "killed",
  );
  await until(async () => (await inspectContainer(host, `${name}-${part}`))?.running === true, `the ${part} runs`);
  doomed.process.signal("SIGKILL");
  expect(await dying).toBe("killed");
  await doomed.stop();
  await until(async () => (await inspectContainer(host, name))?.running === true && (await answers()), "it serves");
  await until(async () => !(await inspectContainer(host, `${name}-${part}`)), "nothing is left");
  expect(await stands("site/theirs", theirs[0]?.manifest.digest ?? "", theirs[0] as Image)).toBe(true);
  const rescuer = await DynamicProvider.start("oci:GarbageCollection");
  try {
    expect(await state.up(rescuer, args)).toMatch(/create|update/);
    expect(await state.up(rescuer, args)).toBe("same");
    await state.destroy(rescuer);
  } finally {
    await rescuer.stop();
  }
});
