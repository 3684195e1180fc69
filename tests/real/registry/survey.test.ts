import { canonicalJson, digestOf } from "../../../lib/content/digest";
import { listTags } from "../../../lib/oci/catalog";
import { RegistryClient } from "../../../lib/oci/client";
import { buildList } from "../../../lib/oci/list";
import { deleteManifest, headManifest, putManifest } from "../../../lib/oci/manifests";
import { OCI_INDEX } from "../../../lib/oci/media-types";
import { pushImage } from "../../../lib/oci/push";
import { assertStanding, protect, survey } from "../../../lib/oci/survey";
import { untag } from "../../../lib/oci/tag";
import { writesDuring } from "../../support/effects";
import { startRegistry, type TestRegistry } from "../../support/registry";
import { childOf, imageFor } from "../../support/registry-suite";

let registry: TestRegistry;
let client: RegistryClient;
const images = ["amd64", "arm64", "s390x"].map((architecture) => imageFor(architecture));
const digests = images.map(({ manifest }) => manifest.digest);
const [, , alone] = digests as [(typeof digests)[0], (typeof digests)[0], (typeof digests)[0]];
const inner = buildList(images.slice(0, 2).map((image) => childOf(image))).manifest;
/** A list that holds a list and an image, as some builders write them. */
const bytes = canonicalJson({
  ...{ schemaVersion: 2, mediaType: OCI_INDEX },
  manifests: [inner, images[2]?.manifest].map((each) => ({ ...each, bytes: undefined })),
});
const outer = { bytes, digest: digestOf(bytes), size: bytes.length, mediaType: OCI_INDEX };

beforeAll(async () => {
  registry = await startRegistry();
  client = new RegistryClient({ address: registry.address, insecure: true });
});
afterAll(async () => {
  await client.close();
  await registry.close();
});

test("an empty registry has nothing to keep", async () => {
  expect(await survey(client)).toEqual([]);
});

test("what a list needs, at any depth, is kept as long as the list stands", async () => {
  for (const image of images) await pushImage(client, "deep", image.manifest.digest, image);
  await putManifest(client, "deep", inner.digest, inner);
  await putManifest(client, "deep", "v1", outer);
  const found = await survey(client);
  const needed = [outer.digest, inner.digest, ...digests].sort();
  const sorted = found.map((each) => ({ ...each, needed: each.needed.sort(), unprotected: each.unprotected.sort() }));
  const unprotected = needed.filter((digest) => digest !== outer.digest);
  expect(sorted).toEqual([{ repository: "deep", bare: false, needed, unprotected, idle: [] }]);
  await protect(client, found);
  expect(await listTags(client, "deep")).toHaveLength(5);
  const [after] = await survey(client);
  expect(after).toMatchObject({ unprotected: [], idle: [] });
  expect((await writesDuring(() => protect(client, after ? [after] : []))).writes).toEqual([]);
  await assertStanding(client, found);
  await untag(client, { repository: "deep", tag: "v1" });
  const idle = await survey(client);
  expect(idle).toMatchObject([{ needed: [], unprotected: [] }]);
  expect(idle[0]?.idle).toHaveLength(4);
  await protect(client, idle);
  expect(await listTags(client, "deep")).toEqual([]);
});

test("a manifest that is asked for is kept, one that was lost before is not looked for, one lost meanwhile is named", async () => {
  await putManifest(client, "deep", "v1", outer);
  await deleteManifest(client, "deep", alone);
  const keep = [{ repository: "deep", digest: alone }];
  const lost = await survey(client, keep);
  expect(lost[0]?.needed).not.toContain(alone);
  await pushImage(client, "deep", alone, images[2] ?? imageFor("s390x"));
  const found = await survey(client, keep);
  expect(found[0]?.unprotected).toContain(alone);
  await protect(client, found);
  await deleteManifest(client, "deep", alone);
  await expect(assertStanding(client, found)).rejects.toThrow(`no longer in ${client.address}: deep@${alone}`);
});

test("a repository without any tag has had one afterwards", async () => {
  await pushImage(client, "bare", alone, images[2] ?? imageFor("s390x"));
  const found = (await survey(client)).filter(({ repository }) => repository === "bare");
  expect(found).toMatchObject([{ bare: true }]);
  await protect(client, found);
  expect(await listTags(client, "bare")).toEqual([]);
  const answer = await fetch(`http://${registry.address}/v2/bare/tags/list`);
  expect(answer.status).toBe(200);
  expect(await headManifest(client, "bare", alone)).toBeDefined();
});
