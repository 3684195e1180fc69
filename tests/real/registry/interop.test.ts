import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegistryClient } from "../../../lib/oci/client";
import { openImage, writeLayout } from "../../../lib/oci/layout";
import { buildList } from "../../../lib/oci/list";
import { pushImage } from "../../../lib/oci/push";
import { pushList } from "../../../lib/oci/push-list";
import { startRegistry, type TestRegistry } from "../../support/registry";
import { childOf, imageFor } from "../../support/registry-suite";

const images = ["amd64", "arm64", "s390x"].map((architecture) => imageFor(architecture));
let registry: TestRegistry;
let client: RegistryClient;
let directory: string;

beforeAll(async () => {
  registry = await startRegistry();
  client = new RegistryClient({ address: registry.address, insecure: true });
  directory = mkdtempSync(join(tmpdir(), "openstack-site-interop-"));
});
afterAll(async () => {
  await client.close();
  await registry.close();
  rmSync(directory, { recursive: true });
});

const skopeo = (...args: string[]) => execFileSync("skopeo", args, { encoding: "utf8" });

describe.each(["oci", "docker"] as const)("skopeo, from a list of ours (%s)", (format) => {
  test("picks and copies the image for each architecture", async () => {
    const repository = `interop/${format}`;
    for (const image of images) await pushImage(client, repository, `v1-${image.platform.architecture}`, image);
    await pushList(
      client,
      repository,
      "v1",
      buildList(
        images.map((image) => childOf(image)),
        format,
      ),
    );
    for (const image of images) {
      const { architecture } = image.platform;
      const target = `${directory}/${format}-${architecture}`;
      const source = `docker://${registry.address}/${repository}:v1`;
      skopeo("--override-arch", architecture, "copy", "--src-tls-verify=false", "-q", source, `dir:${target}`);
      const told = skopeo("inspect", "--config", "--raw", `dir:${target}`);
      expect(JSON.parse(told)).toMatchObject({ architecture });
    }
  });
});

test("skopeo reads a layout of ours, and we read an archive of its", async () => {
  const image = images[2] as (typeof images)[number];
  await writeLayout(image, join(directory, "layout"), "one");
  skopeo("copy", "-q", `oci:${directory}/layout:one`, `docker-archive:${directory}/saved.tar:a/b:one`);
  const saved = await openImage(join(directory, "saved.tar"), { name: "docker.io/a/b:one" });
  expect(saved.layers.map(({ digest }) => digest)).toEqual(image.layers.map(({ digest }) => digest));
  expect(saved.platform).toEqual(image.platform);
  expect(await pushImage(client, "interop/saved", "one", saved)).toEqual({ changed: true });
  expect(
    skopeo("inspect", "--tls-verify=false", "--override-arch=s390x", `docker://${registry.address}/interop/saved:one`),
  ).toContain(saved.manifest.digest);
});
