import { RegistryClient } from "../../../../lib/oci/client";
import { buildList } from "../../../../lib/oci/list";
import { putManifest } from "../../../../lib/oci/manifests";
import { pushImage } from "../../../../lib/oci/push";
import { pushList } from "../../../../lib/oci/push-list";
import { pushBlob } from "../../../../lib/oci/upload";
import { FakeRegistry } from "../../../support/fake-registry";
import { childOf, imageFor } from "../../../support/registry-suite";

const ARCHITECTURES = ["amd64", "arm64", "s390x"];
let registry: FakeRegistry;
let client: RegistryClient;

beforeEach(async () => {
  registry = await FakeRegistry.start();
  client = new RegistryClient({ address: registry.address, insecure: true });
});
afterEach(async () => {
  await client.close();
  await registry.close();
});

/** What a list over these images asks for, and how often. */
async function costs(images: readonly ReturnType<typeof imageFor>[]): Promise<Record<string, number>> {
  registry.requests.length = 0;
  await pushList(client, "a", "v1", buildList(images.map((image) => childOf(image))));
  const asked = (start: string) => registry.requests.filter((each) => each.startsWith(start)).length;
  return { list: asked("HEAD"), children: asked("GET /v2/a/manifests"), configs: asked("GET /v2/a/blobs") };
}

test("a list over images of this process reads no configuration", async () => {
  const images = ARCHITECTURES.map((each) => imageFor(each, "pushed here"));
  for (const image of images) await pushImage(client, "a", `v1-${image.platform.architecture}`, image);
  expect(await costs(images)).toEqual({ list: 1, children: 3, configs: 0 });
});

test("a list over images of others reads each configuration, once", async () => {
  const images = ARCHITECTURES.map((each) => imageFor(each, "pushed by others"));
  for (const { config, layers, manifest, platform } of images) {
    for (const blob of [config, ...layers]) await pushBlob(client, "a", blob);
    await putManifest(client, "a", `v1-${platform.architecture}`, manifest);
  }
  expect(await costs(images)).toEqual({ list: 1, children: 3, configs: 3 });
  registry.routes.repository("a").tags.delete("v1");
  expect(await costs(images)).toEqual({ list: 1, children: 3, configs: 0 });
});
