import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { canonicalJson, digestOf } from "../../../../lib/content/digest";
import { RegistryClient } from "../../../../lib/oci/client";
import { copyImage } from "../../../../lib/oci/copy";
import { blobOf, type Image } from "../../../../lib/oci/image";
import { buildList } from "../../../../lib/oci/list";
import { putManifest } from "../../../../lib/oci/manifests";
import { DOCKER_MANIFEST } from "../../../../lib/oci/media-types";
import { pushImage } from "../../../../lib/oci/push";
import { FakeRegistry } from "../../../support/fake-registry";
import { childOf, imageFor } from "../../../support/registry-suite";

const LOGIN = { username: "tester", password: "open sesame" };
const GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const CONFIG = "application/vnd.docker.container.image.v1+json";
const platform = { os: "linux", architecture: "s390x" };
const image = dockerImage([GZIP, 5_000_000], [GZIP, 100], ["application/vnd.oci.image.layer.v1.tar+zstd", 70_000]);

/** An image as Docker pushes it: not in our canonical form, its layers packed. */
function dockerImage(...layers: [mediaType: string, size: number][]): Image {
  const config = blobOf(CONFIG, canonicalJson({ ...platform, rootfs: {}, salt: randomBytes(8).toString("hex") }));
  const blobs = layers.map(([mediaType, size]) => blobOf(mediaType, randomBytes(size)));
  const content = { schemaVersion: 2, mediaType: DOCKER_MANIFEST, config, layers: blobs };
  const bytes = Buffer.from(JSON.stringify(content, undefined, 3));
  const manifest = { bytes, digest: digestOf(bytes), size: bytes.length, mediaType: DOCKER_MANIFEST };
  return { manifest, config, layers: blobs, platform };
}

const closing: { close(): Promise<unknown> }[] = [];
let source: FakeRegistry;
let target: FakeRegistry;
let from: RegistryClient;
let to: RegistryClient;

async function registry(): Promise<[FakeRegistry, RegistryClient]> {
  const started = await FakeRegistry.start({ access: { mode: "bearer", ...LOGIN } });
  closing.push(clientOf(started.address), started);
  return [started, closing.at(-2) as RegistryClient];
}

const clientOf = (address: string) =>
  new RegistryClient({ address, insecure: true, backoff: 1, timeout: 1000, ...LOGIN });

beforeEach(async () => {
  [source, from] = await registry();
  [target, to] = await registry();
  await pushImage(from, "theirs", "v1", image);
  for (const each of [source, target]) each.requests.length = 0;
});
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

const copy = (wanted: Image, onProgress = () => {}) => {
  const want = { digest: wanted.manifest.digest, platform };
  const at = { client: to, repository: "ours", tag: "v1" };
  return copyImage({ client: from, repository: "theirs" }, at, want, { onProgress });
};
const asked = (registry: FakeRegistry, start: string) =>
  registry.requests.filter((each) => each.startsWith(start)).length;
const wholeAt = ({ routes }: FakeRegistry) => {
  const { blobs, ...ours } = routes.repository("ours");
  const bytes = ours.manifests.get(ours.tags.get("v1") ?? "");
  expect(bytes).toEqual({ bytes: image.manifest.bytes, mediaType: DOCKER_MANIFEST });
  for (const { digest } of [image.config, ...image.layers]) expect(blobs.has(digest)).toBe(true);
};

describe("from another registry", () => {
  test("every byte is the same, and the second time nothing is sent", async () => {
    expect(await copy(image)).toEqual({ changed: true });
    wholeAt(target);
    expect(await copy(image)).toEqual({ changed: false });
    expect(asked(target, "PUT /v2/ours/manifests")).toBe(1);
  });

  test("blobs are looked for one by one only where the repository has a tag", async () => {
    await copy(image);
    expect(asked(target, "HEAD /v2/ours/blobs")).toBe(0);
    await pushImage(to, "ours", "other", imageFor("amd64"));
    expect(asked(target, "HEAD /v2/ours/blobs")).toBe(2);
  });

  test("a download cut short goes on where it ended, and the upload with it", async () => {
    source.fail({ method: "GET", path: new RegExp(image.layers[0]?.digest ?? ""), times: 6, cutAnswerAfter: 700_000 });
    await copy(image);
    wholeAt(target);
    expect(asked(target, "POST")).toBe(1 + image.layers.length);
    expect(target.received).toBe(image.config.size + 5_070_100 + image.manifest.size);
  });

  test("other bytes than the digest says are refused, and no tag stands for them", async () => {
    source.fail({ method: "GET", path: new RegExp(image.layers[2]?.digest ?? ""), times: 9, corrupt: true });
    await expect(copy(image)).rejects.toThrow(/GET 127.*theirs\/blobs\/sha256:.* came instead of/);
    expect(target.routes.repository("ours").resolve("v1")).toBeUndefined();
  });

  test("a layer the source lost is named with where it was looked for", async () => {
    source.routes.repository("theirs").blobs.delete(image.layers[1]?.digest ?? "");
    await expect(copy(image)).rejects.toThrow(
      `GET http://${source.address}/v2/theirs/blobs/${image.layers[1]?.digest} failed: 404`,
    );
    expect(target.routes.repository("ours").resolve("v1")).toBeUndefined();
  });

  test("slow, busy and broken registries are waited for", async () => {
    source.fail({ method: "GET", path: /blobs/, times: 2, delay: 3000 });
    source.fail({ method: "GET", path: /manifests/, times: 1, status: 429, headers: { "retry-after": "0" } });
    target.fail({ method: "POST", path: /uploads/, times: 2, status: 429, headers: { "retry-after": "0" } });
    target.fail({ method: "PUT", path: /uploads/, times: 2, status: 502 });
    await copy(image);
    wholeAt(target);
  });

  test("a layer that went away before the manifest came is sent again", async () => {
    target.fail({ method: "PUT", path: /manifests/, times: 1, delay: 200 });
    const copying = copy(image);
    while (asked(target, "PUT /v2/ours/manifests") === 0) await new Promise(setImmediate);
    target.routes.repository("ours").blobs.delete(image.layers[1]?.digest ?? "");
    expect(await copying).toEqual({ changed: true });
    wholeAt(target);
  });

  test("tokens that end on the way are fetched anew on both sides", async () => {
    const issued = () => [source, target].map(({ access }) => access.tokensIssued);
    let before: number[] | undefined;
    await copy(image, () => {
      if (before) return;
      before = issued();
      for (const { access } of [source, target]) access.revokeAll();
    });
    wholeAt(target);
    expect(target.access.tokensIssued).toBeGreaterThan(before?.[1] ?? Number.POSITIVE_INFINITY);
  });

  test("layers kept on another host are fetched there without credentials, and gone on with there", async () => {
    const store = await FakeRegistry.start();
    closing.push(store);
    const [layer] = image.layers as [Image["config"]];
    const bytes = source.routes.repository("theirs").blobs.get(layer.digest) as Buffer;
    store.routes.repository("bytes").blobs.set(layer.digest, bytes);
    const location = `http://${store.address}/v2/bytes/blobs/${layer.digest}?signature=secret`;
    source.fail({ method: "GET", path: new RegExp(layer.digest), times: 9, status: 307, headers: { location } });
    store.fail({ method: "GET", path: /blobs/, times: 1, cutAnswerAfter: 1_000_000 });
    await copy(image);
    wholeAt(target);
    expect(store.authorizations).toEqual([undefined, undefined]);
  });
});

describe("within one registry", () => {
  beforeEach(async () => {
    [source, from] = [target, to];
    await pushImage(to, "theirs", "v1", image);
    target.requests.length = 0;
    target.received = 0;
  });

  test("an image takes another name without a byte of it being sent", async () => {
    await copy(image);
    wholeAt(target);
    expect(target.received).toBe(image.manifest.size);
    expect(asked(target, "GET /v2/theirs/blobs")).toBe(1);
  });

  test("another tag of the same repository needs the manifest alone", async () => {
    const want = { digest: image.manifest.digest, platform };
    const place = { client: to, repository: "theirs" };
    expect(await copyImage(place, { ...place, tag: "v2" }, want)).toEqual({ changed: true });
    expect(asked(target, "HEAD /v2/theirs/blobs") + asked(target, "POST")).toBe(0);
    expect(target.routes.repository("theirs").tags.get("v2")).toBe(image.manifest.digest);
  });
});

describe("images that share a layer, copied at once", () => {
  const twin = { ...dockerImage(), layers: image.layers };
  const content = { schemaVersion: 2, mediaType: DOCKER_MANIFEST, config: twin.config, layers: twin.layers };
  const bytes = canonicalJson(content);
  const sibling = { ...twin, manifest: { ...twin.manifest, bytes, digest: digestOf(bytes), size: bytes.length } };
  const uploads = () => asked(target, "PUT /v2/ours/blobs") + asked(target, "PUT /v2/other/blobs");

  test.each(["ours", "other"])("send it once (second to %s)", async (repository) => {
    await pushImage(from, "theirs", "twin", sibling);
    const want = { digest: sibling.manifest.digest, platform };
    const second = copyImage({ client: from, repository: "theirs" }, { client: to, repository, tag: "twin" }, want);
    await Promise.all([copy(image), second]);
    wholeAt(target);
    expect(target.routes.repository(repository).resolve("twin")?.digest).toBe(sibling.manifest.digest);
    expect(uploads()).toBe(2 + image.layers.length);
  });
});

describe("refused before anything is written:", () => {
  const writes = () => target.requests.filter((each) => !/^(GET|HEAD) /.test(each));

  test("a list, with what to name instead", async () => {
    const list = buildList([childOf(image)]);
    await putManifest(from, "theirs", "list", list.manifest);
    const [child] = list.children;
    await expect(copy({ ...image, manifest: list.manifest })).rejects.toThrow(
      `is a list, not an image. Try: one of its images: linux/s390x ${child?.digest}`,
    );
    expect(writes()).toEqual([]);
  });

  test("an image for another platform", async () => {
    const other = imageFor("amd64");
    await pushImage(from, "theirs", "other", other);
    await expect(copy(other)).rejects.toThrow(/is for linux\/amd64, not linux\/s390x. Try: /);
    expect(writes()).toEqual([]);
  });

  test("a digest that is not there", async () => {
    await expect(copy(imageFor("amd64"))).rejects.toThrow(/theirs@sha256:.* is not there. Try: /);
  });

  test("a layer that may not be handed on", async () => {
    const windows = dockerImage(["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", 10]);
    source.routes.repository("theirs").manifests.set(windows.manifest.digest, windows.manifest);
    source.routes.repository("theirs").blobs.set(windows.config.digest, await buffer(windows.config.open()));
    await expect(copy(windows)).rejects.toThrow(/foreign.*, which no registry may hand on. Try: /);
    expect(writes()).toEqual([]);
  });
});
