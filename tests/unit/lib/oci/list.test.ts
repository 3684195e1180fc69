import { canonicalJson } from "../../../../lib/content/digest";
import { buildList, childTag } from "../../../../lib/oci/list";
import { OCI_INDEX } from "../../../../lib/oci/media-types";
import { childOf, imageFor } from "../../../support/registry-suite";

const [amd64, arm64, s390x] = ["amd64", "arm64", "s390x"].map((each) => childOf(imageFor(each))) as [
  ReturnType<typeof childOf>,
  ReturnType<typeof childOf>,
  ReturnType<typeof childOf>,
];

test("the digest depends on the children, not on their order or their tags", () => {
  const one = buildList([s390x, amd64, arm64]).manifest;
  expect(buildList([arm64, { ...s390x, tag: "other" }, amd64]).manifest).toEqual(one);
  expect(buildList([amd64, arm64]).manifest.digest).not.toBe(one.digest);
  expect(buildList([s390x, amd64, arm64], "docker").manifest.digest).not.toBe(one.digest);
  expect(one.digest).toBe("sha256:a3be739a574e0c399f81ecddf0c6c0f075546ec6d60eaa3153299dfd4807bef0");
});

test("two images for one platform, a list in a list, and no image at all are refused", () => {
  expect(() => buildList([amd64, { ...s390x, platform: amd64.platform }])).toThrow(/two images .* linux\/amd64/);
  expect(() => buildList([{ ...amd64, mediaType: OCI_INDEX }])).toThrow(/index.v1\+json: a list holds images/);
  expect(() => buildList([])).toThrow(/at least one/);
});

test("variants are platforms of their own", () => {
  const v6 = { ...amd64, platform: { os: "linux", architecture: "arm", variant: "v6" } };
  const v7 = { ...s390x, platform: { os: "linux", architecture: "arm", variant: "v7" } };
  expect(buildList([v7, v6]).children).toEqual([v6, v7]);
  expect([childTag("v1", v6), childTag("v1", amd64), childTag("v1", { ...amd64, tag: "x" })]).toEqual([
    "v1-arm-v6",
    "v1-amd64",
    "x",
  ]);
  expect(() => childTag("v".repeat(128), amd64)).toThrow(/is no tag/);
});

test("canonical JSON sorts keys at every depth and leaves arrays in order", () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined, a: null }], a: "é" }).toString()).toBe(
    '{"a":"é","b":[{"a":null,"d":1}]}',
  );
});
