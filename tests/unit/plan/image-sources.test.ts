import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "../../../lib/oci/build";
import { RegistryClient } from "../../../lib/oci/client";
import { writeLayout } from "../../../lib/oci/layout";
import { buildList } from "../../../lib/oci/list";
import { pushImage } from "../../../lib/oci/push";
import { pushList } from "../../../lib/oci/push-list";
import { madeFor, type PlannedBase } from "../../../plan/base-images";
import { imagesOfList } from "../../../plan/image-lists";
import { type SiteImage, soughtFor } from "../../../plan/image-sources";
import { contentOf, type PlannedImageSet, planImages } from "../../../plan/images";
import { lookUpstream } from "../../../plan/upstream-images";
import { FakeRegistry } from "../../support/fake-registry";

const built = (architecture: string, variant?: string) =>
  buildImage([{ path: "name", content: architecture }], {
    os: "linux",
    architecture,
    ...(variant === undefined ? {} : { variant }),
  });
const [amd64, arm64, s390x] = [built("amd64"), built("arm64", "v8"), built("s390x")];
const digests = (...images: (typeof amd64)[]) => images.map(({ manifest }) => manifest.digest);

let root: string;
let upstream: FakeRegistry;
let client: RegistryClient;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "image-sources-"));
  upstream = await FakeRegistry.start();
  client = new RegistryClient({ address: upstream.address, insecure: true });
  for (const image of [amd64, arm64]) await pushImage(client, "kolla/nova", image.manifest.digest, image);
  const children = [amd64, arm64].map(({ manifest: { digest, size, mediaType }, platform }) => ({
    ...{ digest, size, mediaType },
    platform,
  }));
  await pushList(client, "kolla/nova", "2025.2", buildList(children));
  await pushImage(client, "linuxone/nova-x86", "queens", amd64);
  await pushImage(client, "linuxone/nova-s390x", "queens", s390x);
  await pushImage(client, "linuxone/horizon-x86", "queens", amd64);
});
afterAll(async () => {
  await client.close();
  await upstream.close();
  await rm(root, { recursive: true });
});

const wanted = (image: Partial<SiteImage>): SiteImage => ({
  ...{ repository: "site/nova", tag: "2025.2", architectures: ["amd64", "arm64"], partial: "refuse", adopt: false },
  ...image,
});
const plan = async (...images: SiteImage[]) => {
  const reach = () => ({ address: upstream.address, insecure: true });
  const offered = await lookUpstream(images.flatMap(soughtFor), reach);
  return planImages(images, { offered, bases: [] }, root, "stack/test");
};

test("the images of a list in another registry, platforms as their configurations tell them", async () => {
  const [set] = await plan(wanted({ from: { registry: "upstream", repository: "kolla/nova" } }));
  expect(set?.images.map(({ digest }) => digest)).toEqual(digests(amd64, arm64));
  expect(set?.images[1]).toMatchObject({
    tag: "2025.2-arm64-v8",
    platform: { architecture: "arm64", variant: "v8" },
    source: { registry: "upstream", repository: "kolla/nova" },
  });
});

test("one image by its digest", async () => {
  const reference = arm64.manifest.digest;
  const from = { registry: "upstream", repository: "kolla/nova", reference };
  const [set] = await plan(wanted({ architectures: ["arm64"], from }));
  expect(set?.images.map(({ digest }) => digest)).toEqual([reference]);
});

test("one name for each architecture in the site's own registry, as an IMAGELIST joins them", async () => {
  const file = join(root, "IMAGELIST");
  await writeFile(file, "nova\r\n\r\n# both\r\nhorizon\r\n");
  const suffixes = { amd64: "-x86", s390x: "-s390x" };
  const list = { file, namespace: "linuxone", tag: "queens", suffixes, partial: "allow", adopt: true } as const;
  const [nova, horizon] = await plan(...(await imagesOfList(list)));
  expect(nova).toMatchObject({ repository: "linuxone/nova", tag: "queens", adopt: true, holes: [] });
  expect(nova?.images.map(({ source }) => source)).toEqual([
    { repository: "linuxone/nova-x86" },
    { repository: "linuxone/nova-s390x" },
  ]);
  expect(horizon?.images.map(({ digest }) => digest)).toEqual(digests(amd64));
  const why = "the site's registry has none under linuxone/horizon-s390x:queens";
  expect(horizon?.holes).toEqual([{ architecture: "s390x", why }]);
});

test("layouts and archives beside the program", async () => {
  await writeLayout(s390x, join(root, "s390x"), "it");
  const archives = { amd64: join(root, "nowhere.tar"), s390x: join(root, "s390x") };
  const architectures = ["amd64", "arm64", "s390x"];
  const [set] = await plan(wanted({ architectures, from: { archives }, partial: "allow" }));
  expect(set?.images).toMatchObject([{ digest: s390x.manifest.digest, source: archives.s390x }]);
  expect(set?.holes).toEqual([
    { architecture: "amd64", why: `there is no ${archives.amd64}` },
    { architecture: "arm64", why: "from.archives names no file for it" },
  ]);
});

test("every hole of every image is told at once, and an image of holes alone is refused in any case", async () => {
  const from = { registry: "upstream", repository: "kolla/nova" };
  const failed = plan(
    wanted({ architectures: ["amd64", "s390x"], from }),
    wanted({ repository: "site/none", from: { registry: "upstream", repository: "kolla/none" }, partial: "allow" }),
  );
  await expect(failed).rejects.toThrow(
    [
      "images that cannot be had; nothing was touched:",
      "  - site/nova:2025.2 for s390x: registry upstream has none under kolla/nova:2025.2",
      "  - site/none:2025.2 for amd64: registry upstream has none under kolla/none:2025.2",
      "  - site/none:2025.2 for arm64: registry upstream has none under kolla/none:2025.2",
    ].join("\n"),
  );
});

test("a registry that does not answer is an error, never a hole", async () => {
  const sought = soughtFor(wanted({ from: { registry: "upstream" }, partial: "allow" }));
  const gone = () => ({ address: "127.0.0.1:1", insecure: true, backoff: 1 });
  await expect(lookUpstream(sought, gone)).rejects.toThrow(/ECONNREFUSED/);
});

test("two images for one architecture cannot be told apart", async () => {
  const v7 = built("arm64", "v9");
  await pushImage(client, "kolla/two", v7.manifest.digest, v7);
  await pushImage(client, "kolla/two", arm64.manifest.digest, arm64);
  const children = [v7, arm64].map(({ manifest: { digest, size, mediaType }, platform }) => ({
    ...{ digest, size, mediaType },
    platform,
  }));
  await pushList(client, "kolla/two", "2025.2", buildList(children));
  const failed = plan(wanted({ from: { registry: "upstream", repository: "kolla/two" } }));
  await expect(failed).rejects.toThrow("it holds two images for arm64: linux/arm64/v8");
});

test("what is made from packages has a recipe and no digest yet", async () => {
  const from = { debian: "trixie", packages: ["curl"] };
  const image = wanted({ architectures: ["amd64", "arm64"], from });
  expect(madeFor(image)).toEqual([
    { ...from, tag: "2025.2", architecture: "amd64" },
    { ...from, tag: "2025.2", architecture: "arm64" },
  ]);
  const bases = madeFor(image).map(({ architecture, tag }) => ({
    ...{ tag, architecture, sources: [], packages: ["curl"], recipe: `sha256:${"a".repeat(64)}` },
  }));
  const [set] = await planImages([image], { offered: [], bases }, root, "stack/test");
  expect(set).toMatchObject({ images: [], holes: [] });
  expect(set?.digest).toBeUndefined();
  expect(set?.bases.map(({ tag }) => tag)).toEqual(["2025.2-amd64", "2025.2-arm64"]);
  const [other] = bases.map((base) => ({ ...base, recipe: `sha256:${"b".repeat(64)}` }));
  const changed = [{ ...(set as PlannedImageSet), bases: [other as PlannedBase] }];
  expect(contentOf(changed)).not.toBe(contentOf([set as PlannedImageSet]));
});
