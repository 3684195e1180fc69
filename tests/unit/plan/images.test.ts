import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Digest } from "../../../lib/content/digest";
import { ContentStore } from "../../../lib/content/store";
import type { SiteImage } from "../../../plan/image-sources";
import { planImages } from "../../../plan/images";

const hello: SiteImage = {
  ...{ repository: "site/hello", tag: "v1", architectures: ["s390x", "amd64", "arm64"] },
  ...{ partial: "refuse", adopt: false },
};
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "plan-images-"));
});
afterEach(() => rm(root, { recursive: true }));

const plan = async (images = [hello], owner = "stack/dev") =>
  planImages(images, { offered: [], bases: [] }, root, owner);

// Recorded: digests that change without a change of what is built would rebuild every site.
test("equal input gives these digests on every machine", async () => {
  const [set] = await plan();
  expect(set).toEqual({
    repository: "site/hello",
    tag: "v1",
    adopt: false,
    holes: [],
    bases: [],
    digest: "sha256:4b4bc962210e097a2dbbfa4c4165dd017b38bb0ab909d9de0636576f0d2ec4d2",
    images: [
      image("amd64", "sha256:32cbfeb58a4508f8ca7375f42340be0c098d01211214cb95af9118f037c34bc2"),
      image("arm64", "sha256:7855187b11b14564dadf0e7ae00a1fec4fcc0703cb3f43a1f41058a1a61d801e"),
      image("s390x", "sha256:76d92f686ef35d7f6e64f32824c03b4697b044d3d6f58c76759a419f7c1c41cb"),
    ],
  });
});

const image = (architecture: string, digest: string) => ({
  tag: `v1-${architecture}`,
  source: root,
  digest,
  size: 397,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  platform: { os: "linux", architecture },
});

test("the order in which architectures are named changes nothing", async () => {
  const turned = { ...hello, architectures: hello.architectures.toReversed() };
  expect(await plan([turned])).toEqual(await plan());
});

test("another tag is other images and another list", async () => {
  const [one] = await plan();
  const [other] = await plan([{ ...hello, tag: "v2" }]);
  expect(other?.digest).not.toBe(one?.digest);
  expect(other?.images[0]?.digest).not.toBe(one?.images[0]?.digest);
});

test("every byte of the images is in the store, and pinned by the stack", async () => {
  const [set] = await plan();
  const store = new ContentStore(root);
  const pins = (await readFile(join(root, "pins", encodeURIComponent("stack/dev")), "utf8")).trim().split("\n");
  for (const { digest, size } of set?.images ?? []) {
    const manifest = JSON.parse((await readFile(store.path(digest as Digest))).toString());
    expect(await store.size(digest as Digest)).toBe(size);
    for (const blob of [manifest.config, ...manifest.layers]) {
      expect(await store.size(blob.digest)).toBe(blob.size);
      expect(pins).toContain(blob.digest);
    }
    expect(pins).toContain(digest);
  }
  expect(pins.sort()).toEqual((await store.digests()).sort());
});

test("a site without images pins nothing and makes no store", async () => {
  expect(await plan([])).toEqual([]);
  expect(await new ContentStore(root).digests()).toEqual([]);
  await expect(readFile(join(root, "pins", encodeURIComponent("stack/dev")))).rejects.toThrow("ENOENT");
});
