import fc from "fast-check";
import { digestOf } from "../../../../lib/content/digest";
import { formatPlatform, ImageError, platformOf } from "../../../../lib/oci/image";
import { buildList, childTag, type ListChild } from "../../../../lib/oci/list";
import { DOCKER_MANIFEST, OCI_MANIFEST } from "../../../../lib/oci/media-types";
import { parseImage, parseList } from "../../../../lib/oci/parse";

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
