import { buffer } from "node:stream/consumers";
import { digestOf } from "../../lib/content/digest";
import type { Mark } from "../../lib/host/ledger";
import { hasBlob, openBlob } from "../../lib/oci/blobs";
import { buildImage } from "../../lib/oci/build";
import { listTags } from "../../lib/oci/catalog";
import { RegistryClient } from "../../lib/oci/client";
import { describeImage } from "../../lib/oci/describe";
import type { Image } from "../../lib/oci/image";
import { buildList, type ListChild, type ListFormat } from "../../lib/oci/list";
import { deleteManifest, getManifest, headManifest, putManifest } from "../../lib/oci/manifests";
import { type PushProgress, pushImage } from "../../lib/oci/push";
import { observeList, pushList } from "../../lib/oci/push-list";
import { LEDGER_REPOSITORY, RegistryLedger } from "../../lib/oci/registry-ledger";
import { keepAside, keptTag, putBack, untag } from "../../lib/oci/tag";
import { pushBlob } from "../../lib/oci/upload";
import { writesDuring } from "./effects";
import { LOGIN, type RegistryOptions, type TestRegistry } from "./registry";

const NOWHERE = digestOf("nothing has this digest");

export function imageFor(architecture: string, content = "hello"): Image {
  return buildImage([{ path: "etc/greeting", content: `${content} from ${architecture}\n` }], {
    os: "linux",
    architecture,
  });
}

export function childOf(image: Image, tag?: string): ListChild {
  const { digest, size, mediaType } = image.manifest;
  return { digest, size, mediaType, platform: image.platform, ...(tag === undefined ? {} : { tag }) };
}

/** What the engine does against any registry: the one in this process and the real one alike. */
export function registrySuite(
  start: (options: RegistryOptions) => Promise<TestRegistry>,
  /** Distribution takes tags away by name from version 3 on. */
  { deletesTags = false } = {},
): void {
  let registry: TestRegistry;
  let client: RegistryClient;
  let repository: string;
  let count = 0;
  const closing: { close(): Promise<unknown> }[] = [];

  /** A registry of another kind, and a client of it, both gone after the test however it ends. */
  const another = async (options: RegistryOptions) => {
    const started = await start(options);
    closing.push(started);
    return (credentials: Partial<typeof LOGIN> = {}) => {
      const opened = new RegistryClient({ address: started.address, insecure: true, ...credentials });
      closing.unshift(opened);
      return opened;
    };
  };

  beforeAll(async () => {
    registry = await start({});
    client = new RegistryClient({ address: registry.address, insecure: true });
  });
  beforeEach(() => {
    repository = `suite/r${count++}`;
  });
  afterEach(async () => {
    for (const each of closing.splice(0)) await each.close();
  });
  afterAll(async () => {
    await client.close();
    await registry.close();
  });

  describe("blobs", () => {
    const image = imageFor("amd64", "a layer");
    const [layer] = image.layers as [Image["config"]];

    test("are proven absent, uploaded, and read back verified", async () => {
      expect(await hasBlob(client, repository, layer.digest)).toBe(false);
      expect(await pushBlob(client, repository, layer)).toBe("uploaded");
      expect(await hasBlob(client, repository, layer.digest)).toBe(true);
      expect(await buffer(openBlob(client, repository, layer))).toEqual(await buffer(layer.open()));
    });

    test("are mounted from a repository that holds them, and sent where it does not", async () => {
      await pushBlob(client, repository, layer);
      expect(await pushBlob(client, `${repository}/b`, layer, { mountFrom: repository })).toBe("mounted");
      expect(await pushBlob(client, `${repository}/c`, layer, { mountFrom: `${repository}/empty` })).toBe("uploaded");
      expect(await hasBlob(client, `${repository}/b`, layer.digest)).toBe(true);
    });

    test("of another digest than claimed are refused by the registry", async () => {
      const claimed = { ...layer, digest: NOWHERE };
      await expect(pushBlob(client, repository, claimed)).rejects.toMatchObject({
        status: 400,
        code: "DIGEST_INVALID",
      });
      expect(await hasBlob(client, repository, NOWHERE)).toBe(false);
    });

    test("read under a wrong size fail", async () => {
      await pushBlob(client, repository, layer);
      const shorter = openBlob(client, repository, { ...layer, size: layer.size - 1 });
      await expect(buffer(shorter)).rejects.toThrow(/more than the/);
    });
  });

  describe("images", () => {
    test("are pushed whole, then not written again", async () => {
      const image = imageFor("s390x");
      const seen: PushProgress[] = [];
      expect(await pushImage(client, repository, "one", image, { onProgress: (each) => seen.push(each) })).toEqual({
        changed: true,
      });
      const total = image.config.size + (image.layers[0]?.size ?? 0);
      expect(seen.at(-1)).toEqual({ blobs: 2, blobsTotal: 2, bytes: total, bytesTotal: total });
      const found = await describeImage(client, repository, "one");
      expect(found).toMatchObject({ platform: { os: "linux", architecture: "s390x" }, config: image.config.digest });
      expect(found?.manifest).toEqual(image.manifest);
      const again = await writesDuring(() => pushImage(client, repository, "one", image));
      expect(again).toEqual({ result: { changed: false }, writes: [] });
    });

    test("send only the blobs that are missing", async () => {
      await pushImage(client, repository, "one", imageFor("amd64"));
      const { writes } = await writesDuring(() => pushImage(client, repository, "two", imageFor("amd64")));
      expect(writes).toEqual([`PUT /v2/${repository}/manifests/two`]);
    });

    test("whose blobs are missing are refused by the registry", async () => {
      const put = putManifest(client, repository, "one", imageFor("arm64").manifest);
      await expect(put).rejects.toMatchObject({ status: 400, code: "MANIFEST_BLOB_UNKNOWN", temporary: false });
    });
  });

  describe("manifests", () => {
    test("are proven absent", async () => {
      expect(await headManifest(client, repository, "none")).toBeUndefined();
      expect(await getManifest(client, repository, NOWHERE)).toBeUndefined();
      expect(await listTags(client, repository)).toEqual([]);
      expect(await deleteManifest(client, repository, NOWHERE)).toBe(false);
    });

    test("are put by digest and tag, listed, and deleted by digest with their tags", async () => {
      const image = imageFor("amd64");
      await pushImage(client, repository, "one", image);
      await putManifest(client, repository, image.manifest.digest, image.manifest);
      await putManifest(client, repository, "two", image.manifest);
      expect((await listTags(client, repository)).sort()).toEqual(["one", "two"]);
      expect(await headManifest(client, repository, "two")).toMatchObject({ digest: image.manifest.digest });
      expect(await deleteManifest(client, repository, image.manifest.digest)).toBe(true);
      expect(await headManifest(client, repository, "one")).toBeUndefined();
      expect(await headManifest(client, repository, "two")).toBeUndefined();
      expect(await pushImage(client, repository, "one", image)).toEqual({ changed: true });
      expect(await headManifest(client, repository, "one")).toMatchObject({ digest: image.manifest.digest });
    });

    test(deletesTags ? "outlive a tag that is deleted" : "are not deleted by tag", async () => {
      const image = imageFor("amd64");
      await pushImage(client, repository, "one", image);
      const call = { method: "DELETE", repository, path: "manifests/one", accept: [202] } as const;
      const deleted = await client.request(call).then(
        () => true,
        ({ code, temporary }) => [code, temporary],
      );
      expect(deleted).toEqual(deletesTags || [expect.stringMatching(/^(DIGEST_INVALID|UNSUPPORTED)$/), false]);
      expect((await headManifest(client, repository, "one")) === undefined).toBe(deletesTags);
      expect(await headManifest(client, repository, image.manifest.digest)).toBeDefined();
    });
  });

  describe("tags", () => {
    const image = imageFor("amd64");
    const { digest } = image.manifest;
    const at = () => ({ repository, tag: "one" });

    test("are taken away without the others of their image", async () => {
      await pushImage(client, repository, "one", image);
      await putManifest(client, repository, "two", image.manifest);
      await untag(client, at());
      expect(await listTags(client, repository)).toEqual(["two"]);
      expect((await writesDuring(() => untag(client, at()))).writes).toEqual([]);
      expect(await headManifest(client, repository, "two")).toMatchObject({ digest });
    });

    test("stand again for what they stood for before they were adopted", async () => {
      await pushImage(client, repository, "one", image);
      await keepAside(client, at(), digest);
      await pushImage(client, repository, "one", imageFor("amd64", "ours"));
      await keepAside(client, at(), digest);
      expect((await listTags(client, repository)).sort()).toEqual([keptTag(digest), "one"].sort());
      for (const _twice of [1, 2]) {
        await putBack(client, at(), digest);
        expect(await headManifest(client, repository, "one")).toMatchObject({ digest });
        expect(await listTags(client, repository)).toEqual(["one"]);
      }
    });
  });

  describe.each<ListFormat>(["oci", "docker"])("lists (%s)", (format) => {
    const images = ["s390x", "amd64", "arm64"].map((architecture) => imageFor(architecture));
    const list = buildList(
      images.map((image) => childOf(image)),
      format,
    );
    const pushChildren = () =>
      Promise.all(images.map((image) => pushImage(client, repository, `v1-${image.platform.architecture}`, image)));

    test("stand under their tag with the digest computed here, and are not written again", async () => {
      await pushChildren();
      expect(await pushList(client, repository, "v1", list)).toEqual({ changed: true });
      expect(await getManifest(client, repository, "v1")).toEqual(list.manifest);
      const again = await writesDuring(() => pushList(client, repository, "v1", list));
      expect(again).toEqual({ result: { changed: false }, writes: [] });
    });

    test("tag their children, and repair a child's tag that was moved, alone", async () => {
      await Promise.all(images.map((image, index) => pushImage(client, repository, `other${index}`, image)));
      await pushList(client, repository, "v1", list);
      const [amd64, , s390x] = list.children as [ListChild, ListChild, ListChild];
      const foreign = imageFor("amd64", "foreign");
      await pushImage(client, repository, "v1-s390x", foreign);
      const seen = await observeList(client, repository, "v1", list.children);
      expect(seen.digest).toBe(list.manifest.digest);
      expect(seen.children[0]).toMatchObject({ tag: "v1-amd64", manifest: { digest: amd64.digest } });
      expect(seen.children[2]).toEqual({ tag: "v1-s390x", manifest: foreign.manifest });
      const { writes } = await writesDuring(() => pushList(client, repository, "v1", list));
      expect(writes).toEqual([`PUT /v2/${repository}/manifests/v1-s390x`]);
      expect(await headManifest(client, repository, "v1-s390x")).toMatchObject({ digest: s390x.digest });
    });

    test("whose child is missing are refused before any write", async () => {
      await pushImage(client, repository, "a", images[0] as Image);
      const { result, writes } = await writesDuring(() => pushList(client, repository, "v1", list).catch(String));
      expect(result).toMatch(/image sha256:.* is not in .*Try: push it there/);
      expect(writes).toEqual([]);
    });

    test("whose standing child was lost name it", async () => {
      await pushChildren();
      await pushList(client, repository, "v1", list);
      await deleteManifest(client, repository, (list.children[1] as ListChild).digest);
      expect((await observeList(client, repository, "v1", list.children)).children[1]?.manifest).toBeUndefined();
      await expect(pushList(client, repository, "v1", list)).rejects.toThrow(/linux\/arm64 image sha256:.* is not in/);
    });

    test("that lie about an architecture are refused before any write", async () => {
      await pushChildren();
      const liar = { ...childOf(images[0] as Image), platform: { os: "linux", architecture: "ppc64le" } };
      const wrong = buildList([liar], format);
      const { result, writes } = await writesDuring(() => pushList(client, repository, "v1", wrong).catch(String));
      expect(result).toMatch(/is for linux\/s390x, not linux\/ppc64le/);
      expect(writes).toEqual([]);
    });
  });

  describe("the ledger", () => {
    const mark: Mark = {
      project: "p",
      stack: "s",
      kind: "oci:Image",
      identity: "a/b:c",
      urn: "",
      claim: "",
      state: "in-progress",
      before: null,
      since: "",
      writer: "",
    };
    let ledger: RegistryLedger;
    beforeEach(() => {
      ledger = new RegistryLedger(client, repository);
    });

    test("keeps, replaces and drops marks, one write each once it is in use", async () => {
      expect(await ledger.get(mark.kind, mark.identity)).toBeUndefined();
      await ledger.put(mark);
      const put = await writesDuring(() => ledger.put({ ...mark, state: "done" }));
      expect(put.writes).toEqual([expect.stringMatching(`^PUT /v2/${repository}/manifests/[0-9a-f]{32}$`)]);
      expect(await ledger.get(mark.kind, mark.identity)).toEqual({ ...mark, state: "done" });
      await ledger.put({ ...mark, identity: "another" });
      const drop = await writesDuring(() => ledger.drop(mark.kind, mark.identity));
      expect(drop.writes).toHaveLength(1);
      expect(await ledger.get(mark.kind, mark.identity)).toBeUndefined();
      expect(await ledger.get(mark.kind, "another")).toMatchObject({ identity: "another" });
      expect((await writesDuring(() => ledger.drop(mark.kind, mark.identity))).writes).toEqual([]);
      await ledger.put({ ...mark, state: "done" });
      expect(await ledger.get(mark.kind, mark.identity)).toEqual({ ...mark, state: "done" });
    });

    test("neither believes nor drops what is no mark", async () => {
      await ledger.put(mark);
      const [tag] = (await listTags(client, repository)) as [string];
      await pushImage(client, repository, tag, imageFor("amd64"));
      await expect(ledger.get(mark.kind, mark.identity)).rejects.toThrow(
        /is not the ownership mark of oci:Image a\/b:c/,
      );
      await expect(ledger.drop(mark.kind, mark.identity)).rejects.toThrow(/is not the ownership mark/);
      expect(await listTags(client, repository)).toEqual([tag]);
    });

    test("drops marks where the registry deletes nothing", async () => {
      const other = (await another({ deletes: false }))();
      const there = new RegistryLedger(other);
      await there.put(mark);
      expect(await listTags(other, LEDGER_REPOSITORY)).toHaveLength(1);
      await there.drop(mark.kind, mark.identity);
      expect(await there.get(mark.kind, mark.identity)).toBeUndefined();
      expect((await writesDuring(() => there.drop(mark.kind, mark.identity))).writes).toEqual([]);
      await there.put(mark);
      expect(await there.get(mark.kind, mark.identity)).toEqual(mark);
    });
  });

  test("basic authentication admits who knows the password, and nobody else", async () => {
    const open = await another({ login: true });
    const [ours, guess, nobody] = [open(LOGIN), open({ ...LOGIN, password: "guess" }), open()];
    expect(await pushImage(ours, repository, "one", imageFor("amd64"))).toEqual({ changed: true });
    for (const stranger of [guess, nobody]) {
      const refused = await headManifest(stranger, repository, "one").catch((error: Error) => error);
      expect(refused).toMatchObject({ name: "RegistryError", status: 401, temporary: false });
      expect(String(refused)).not.toContain("guess");
    }
  });
}
