import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyList } from "../../../docs/engines/copy-list";
import { mirrorList } from "../../../docs/engines/mirror-list";
import { pythonIndex } from "../../../docs/engines/python-index";
import { buildImage } from "../../../lib/oci/build";
import { listTags } from "../../../lib/oci/catalog";
import { RegistryClient } from "../../../lib/oci/client";
import { buildList } from "../../../lib/oci/list";
import { pushImage } from "../../../lib/oci/push";
import { pushList } from "../../../lib/oci/push-list";
import { ArchiveKey, packageOf, TestArchive } from "../../support/apt/archive";
import { FakeRegistry } from "../../support/fake-registry";
import { TestIndex } from "../../support/pypi/upstream";
import { wheelOf } from "../../support/pypi/wheel";

test("a list is copied from one registry to another", async () => {
  const [from, to] = [await FakeRegistry.start(), await FakeRegistry.start()];
  const clients = [from, to].map(({ address }) => new RegistryClient({ address, insecure: true }));
  const [source, target] = clients as [RegistryClient, RegistryClient];
  const images = ["amd64", "s390x"].map((architecture) => buildImage([], { os: "linux", architecture }));
  for (const image of images) await pushImage(source, "site/a", image.manifest.digest, image);
  const list = buildList(
    images.map(({ manifest: { digest, size, mediaType }, platform }) => ({ digest, size, mediaType, platform })),
  );
  await pushList(source, "site/a", "v1", list);
  expect(await copyList(from.address, to.address, "site/a", "v1", ["amd64", "s390x"])).toBe(list.manifest.digest);
  expect((await listTags(target, "site/a")).sort()).toEqual(["v1", "v1-amd64", "v1-s390x"]);
  await Promise.all([...clients, from, to].map((each) => each.close()));
});

test("what a mirror.list names is mirrored, served and read again", async () => {
  const told = jest.spyOn(console, "error").mockImplementation(() => {});
  const [key, archive] = [new ArchiveKey(), await TestArchive.start()];
  const root = mkdtempSync(join(tmpdir(), "engines-"));
  archive.publish("trixie", [packageOf("one")], { key });
  writeFileSync(join(root, "mirror.list"), `deb-amd64 ${archive.uri} trixie main\nclean ${archive.uri}\n`);
  const result = await mirrorList(join(root, "mirror.list"), root, [key.keyring]);
  expect(result).toMatchObject({ repaired: [] });
  const { host } = new URL(archive.uri);
  expect(readFileSync(join(root, "served/site", host, "debian/pool/main/o/one/one_1_amd64.deb"))).toHaveLength(1000);
  told.mockRestore();
  key.remove();
  await archive.close();
  rmSync(root, { recursive: true });
});

test("what a list of pins means is planned, fetched and served", async () => {
  const upstream = await TestIndex.start();
  const root = mkdtempSync(join(tmpdir(), "engines-"));
  upstream.offer("one", wheelOf("one", "1.0"));
  writeFileSync(join(root, "list"), "one==1.0\ntwo==1.0\n");
  expect(await pythonIndex(join(root, "list"), root, upstream.simple, "3.12")).toEqual([
    "two==1.0: no project of that name",
  ]);
  expect(readFileSync(join(root, "served/wheels/simple/index.html"), "utf8")).toContain('href="one/"');
  await upstream.close();
  rmSync(root, { recursive: true });
});
