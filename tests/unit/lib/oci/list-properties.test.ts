import fc from "fast-check";
import { digestOf } from "../../../../lib/content/digest";
import { formatPlatform, ImageError, platformOf } from "../../../../lib/oci/image";
import { buildList, childTag, type ListChild } from "../../../../lib/oci/list";
import { DOCKER_MANIFEST, OCI_MANIFEST } from "../../../../lib/oci/media-types";
import { parseImage, parseList } from "../../../../lib/oci/parse";
import { checkArguments } from "../../../../providers/contract/arguments";
import { ManifestList } from "../../../../providers/oci/manifest-list";

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const platform = fc.record({ os: word, architecture: word, variant: word }, { requiredKeys: ["os", "architecture"] });
const child: fc.Arbitrary<ListChild> = fc.record({
  digest: fc.string().map(digestOf),
  size: fc.integer({ min: 1, max: 2 ** 40 }),
  mediaType: fc.constantFrom(OCI_MANIFEST, DOCKER_MANIFEST),
  platform,
});
const children = fc.uniqueArray(child, {
  selector: (each) => formatPlatform(each.platform),
  minLength: 1,
  maxLength: 6,
});

test("the order of children, and their tags, never change the digest of a list", () => {
  const shuffled = children.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.constantFrom("oci", "docker")),
  );
  fc.assert(
    fc.property(shuffled, word, ([all, other, format], tag) => {
      const list = buildList(all, format as "oci");
      expect(
        buildList(
          other.map((each) => ({ ...each, tag })),
          format as "oci",
        ).manifest,
      ).toEqual(list.manifest);
      const found = parseList(list.manifest.bytes, "it").map(({ digest }) => digest);
      expect(found.sort()).toEqual(all.map(({ digest }) => digest).sort());
    }),
  );
});

test("tags of children differ wherever their architectures do", () => {
  fc.assert(
    fc.property(children, word, (all, tag) => {
      const tags = new Set(all.map((each) => `${each.platform.os} ${childTag(tag, each)}`));
      expect(tags.size).toBe(all.length);
    }),
  );
});

/** Fails in no other way than by saying what is wrong with the image. */
function onlyImageError(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ImageError);
    expect((error as Error).message).toMatch(/^it/);
  }
}

const descriptor = fc.record({ mediaType: fc.jsonValue(), digest: fc.jsonValue(), size: fc.jsonValue() });
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record(
      { schemaVersion: fc.constantFrom(2, 1, "2"), config: descriptor, layers: fc.array(descriptor) },
      { requiredKeys: [] },
    )
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .record({ schemaVersion: fc.constant(2), manifests: fc.oneof(fc.jsonValue(), fc.array(descriptor)) })
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .record({ os: fc.jsonValue(), architecture: fc.jsonValue(), variant: fc.jsonValue() })
    .map((value) => Buffer.from(JSON.stringify(value))),
);

test("a hostile manifest or configuration is refused as what it is, and never crashes its reader", () => {
  fc.assert(
    fc.property(hostile, (bytes) => {
      onlyImageError(() => parseImage(bytes, "it"));
      onlyImageError(() => parseList(bytes, "it"));
      onlyImageError(() => formatPlatform(platformOf(bytes, "it")));
    }),
    { numRuns: 2000 },
  );
});

describe("a wrong argument of a list is named by its path:", () => {
  const good = {
    registry: { address: "127.0.0.1:5000", insecure: true },
    ...{ repository: "site/hello", tag: "v1", digest: digestOf("list") },
    children: [{ digest: digestOf("a"), size: 1, mediaType: OCI_MANIFEST, platform: { architecture: "amd64" } }],
  };
  const [first] = good.children;
  const inChild = (change: object) => ({ children: [{ ...first, ...change }] });
  const notA = (pattern: RegExp) => fc.string().filter((text) => !pattern.test(text));
  const digest = notA(/^sha256:[0-9a-f]{64}$/);
  const notNumber = fc.oneof(fc.string(), fc.constant(null), fc.integer({ max: 0 }), fc.constant(1.5));
  const fields: Record<string, fc.Arbitrary<object>> = {
    repository: notA(/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/).map((repository) => ({ repository })),
    tag: notA(/^\w[\w.-]{0,127}$/).map((tag) => ({ tag })),
    digest: digest.map((each) => ({ digest: each })),
    format: notA(/^(oci|docker)$/).map((format) => ({ format })),
    missing: fc.string().map((missing) => ({ missing })),
    "registry.address": notA(/^[a-z0-9.[\]:-]+$/i).map((address) => ({ registry: { address } })),
    "children.0.digest": digest.map((each) => inChild({ digest: each })),
    "children.0.size": notNumber.map((size) => inChild({ size })),
    "children.0.mediaType": fc.string().map((mediaType) => inChild({ mediaType })),
    "children.0.platform.architecture": fc.constant("").map((architecture) => inChild({ platform: { architecture } })),
    "children.0.tag": fc.constantFrom("", 1, null).map((tag) => inChild({ tag })),
    "children.0.from": notA(/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/).map((from) => inChild({ from })),
    "children.1.tag": word.map((os) => ({
      children: [first, { ...first, platform: { os: `${os}-os`, architecture: "amd64" } }],
    })),
    "children.1.platform": digest.map(() => ({ children: [first, { ...first, digest: digestOf("b") }] })),
  };

  test("the good one is", () => {
    expect(checkArguments(ManifestList.definition, good).failures).toEqual([]);
  });

  test.each(Object.entries(fields))("%s", (path, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (wrong) => {
        const { failures } = checkArguments(ManifestList.definition, { ...good, ...wrong });
        expect(failures).toEqual([expect.stringMatching(new RegExp(`^${path.replaceAll(".", "\\.")}: `))]);
      }),
    );
  });
});
