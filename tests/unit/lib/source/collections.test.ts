import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../../lib/content/digest";
import { sourceCollections } from "../../../../lib/host/jobs/source";
import { TestArchive } from "../../../support/apt/archive";
import { collectionArchive } from "../../../support/source/collection";

let upstream: TestArchive;
let store: string;
beforeEach(async () => {
  upstream = await TestArchive.start();
  store = mkdtempSync(join(tmpdir(), "source-collections-"));
});
afterEach(async () => {
  await upstream.close();
  rmSync(store, { recursive: true });
});

const ADDRESS = "http://seed:8000/site";

function wanted(...archives: Buffer[]) {
  return archives.map((bytes, n) => {
    upstream.files.set(`${n}.tar.gz`, bytes);
    return { url: `${upstream.uri}/${n}.tar.gz`, digest: digestOf(bytes), size: bytes.length };
  });
}
const bring = (...archives: Buffer[]) =>
  sourceCollections.run(
    { store, name: "site", address: `${ADDRESS}/`, collections: wanted(...archives) },
    () => {},
    new AbortController().signal,
  );
const served = (path: string) => join(store, "served/site", path);
const answer = (path: string) => JSON.parse(readFileSync(served(`api/${path}index.html`), "utf8")) as unknown;

test("collections stand with the index of a Galaxy: versions, addresses, digests, dependencies", async () => {
  const one = collectionArchive("acme.one", { dependencies: { "acme.two": ">=1.0.0" } });
  const two = ["1.2.0", "1.10.0"].map((version) => collectionArchive("acme.two", { version }));
  await bring(one, ...two);
  expect(answer("")).toEqual({ available_versions: { v3: "v3/" } });
  expect(answer("v3/collections/acme/two/versions/")).toMatchObject({
    data: expect.arrayContaining([{ version: "1.2.0" }, { version: "1.10.0" }]),
    links: { next: null },
  });
  expect(answer("v3/collections/acme/one/versions/1.0.0/")).toMatchObject({
    download_url: `${ADDRESS}/collections/acme-one-1.0.0.tar.gz`,
    artifact: { sha256: digestOf(one).slice(7), size: one.length },
    metadata: { dependencies: { "acme.two": ">=1.0.0" } },
  });
  expect(readFileSync(served("collections/acme-two-1.10.0.tar.gz"))).toEqual(two[1]);
  expect(readFileSync(served("requirements.yml"), "utf8")).toContain(
    `  - name: acme.one\n    version: "1.0.0"\n    source: ${ADDRESS}/api/\n`,
  );
});

test.each([
  [
    "what a collection needs and nobody brings",
    () => [collectionArchive("acme.one", { dependencies: { "acme.two": "*", "acme.three": "*" } })],
    /no whole: acme.one 1.0.0 needs acme.three; acme.one 1.0.0 needs acme.two. Try: add/,
  ],
  ["a version that stands there twice", () => [1, 2].map(() => collectionArchive("acme.one")), /stands there twice/],
  ["an archive of something else", () => [Buffer.from("no archive")], /0.tar.gz is not the archive of a collection/],
  ["a name that leads elsewhere", () => [collectionArchive("...etc")], /which names no collection/],
  [
    "a version that leads elsewhere",
    () => [collectionArchive("acme.one", { version: "1.0.0/../../x" })],
    /calls itself acme.one 1.0.0\/..\/..\/x/,
  ],
])("%s is refused", async (_what, archives, message) => {
  await expect(bring(...archives())).rejects.toThrow(message);
});
