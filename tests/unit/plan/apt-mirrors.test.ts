import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mirror } from "../../../lib/apt/mirror";
import { digestOf } from "../../../lib/content/digest";
import { planMirrors } from "../../../plan/apt-mirrors";
import { wantedMirror } from "../../../plan/mirror-sources";
import { ArchiveKey, packageOf, TestArchive } from "../../support/apt/archive";

let archive: TestArchive;
let key: ArchiveKey;
let store: string;
const keeper = () => ({ connection: { kind: "local" as const, name: "keeper" }, store, runner: "" });
const suite = (name: string) => ({
  ...{ uri: archive.uri, suite: name, components: ["main"], architectures: ["amd64"], sources: false },
  trust: { keyrings: [key.keyring] },
});

beforeAll(async () => {
  key = new ArchiveKey();
  archive = await TestArchive.start();
  archive.publish("trixie", [packageOf("one"), packageOf("two", "1", 3000)], { key });
});
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), "plan-mirrors-"));
});
afterEach(() => rm(store, { recursive: true }));
afterAll(async () => {
  key.remove();
  await archive.close();
});

test("what a suite holds now, and in a note what of it is to come", async () => {
  const { planned, notes } = await planMirrors([{ name: "debian", from: { suites: [suite("trixie")] } }], keeper());
  const head = digestOf(archive.files.get("dists/trixie/InRelease") as Buffer);
  expect(planned).toEqual([{ name: "debian", suites: [{ ...suite("trixie"), head, files: 2, bytes: 4000 }] }]);
  expect(notes.filter(({ warning }) => !warning)).toEqual([
    {
      about: "mirror debian",
      text: expect.stringMatching(/^1 suite, 2 files, 4.0 kB; 3 files, 4.\d kB to fetch; .* free in/),
    },
  ]);
});

test("apt-mirror's list, read beside the program", async () => {
  const mirrorList = join(store, "mirror.list");
  await writeFile(mirrorList, `deb-amd64 ${archive.uri} trixie main\nclean ${archive.uri}\n`);
  const wanted = await wantedMirror({ name: "list", from: { mirrorList, keyrings: [key.keyring] }, keep: 3 });
  expect((await planMirrors([wanted], keeper())).planned[0]?.suites).toMatchObject([{ suite: "trixie", files: 2 }]);
});

test("what stands in the tree of another mirror is not counted as to come", async () => {
  const tree = join(store, "tree");
  for (const [path, bytes] of archive.files) {
    if (!path.startsWith("pool/")) continue;
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), bytes);
  }
  const ca = join(store, "ca.pem");
  await writeFile(ca, `-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n`);
  const site = { name: "debian", from: { suites: [suite("trixie")] }, keep: 3, adoptTree: tree, ca };
  const { planned, notes } = await planMirrors([await wantedMirror(site)], keeper());
  expect(planned[0]).toMatchObject({ adoptTree: tree, ca: expect.stringMatching(/^-----BEGIN/) });
  expect(notes[0]?.text).toMatch(/2 files, 4.0 kB; 1 file, \d+ B to fetch/);
});

test("how long that will take, as fast as bytes came the last time", async () => {
  const upstream = await TestArchive.start();
  const from = { uri: upstream.uri, suite: "sid", components: ["main"], architectures: ["amd64"], sources: false };
  const source = { ...from, trust: { keyrings: [key.keyring] } };
  const bring = () => mirror({ store, name: "big", suites: [source] }, () => {}, new AbortController().signal);
  const look = async () => (await planMirrors([{ name: "big", from: { suites: [source] } }], keeper())).notes[0]?.text;
  upstream.publish("sid", [packageOf("big", "1", 11e6)], { key, date: new Date(Date.UTC(2026, 0, 1)) });
  expect(await look()).toMatch(/MB to fetch; /);
  await bring();
  upstream.publish("sid", [packageOf("big", "2", 50_000)], { key, date: new Date(Date.UTC(2026, 0, 2)) });
  expect(await look()).toMatch(/kB to fetch, about 1 s at the last rate; /);
  // A small one changes nothing of that, and where nothing comes there is no time to tell.
  await bring();
  expect(await look()).toMatch(/; nothing to fetch; /);
  upstream.publish("sid", [packageOf("big", "3", 50_000)], { key, date: new Date(Date.UTC(2026, 0, 3)) });
  expect(await look()).toMatch(/kB to fetch, about 1 s at the last rate; /);
  await upstream.close();
});

test("an authority that is not there is told by its path", async () => {
  const site = { name: "debian", from: { suites: [suite("trixie")] }, keep: 3, ca: join(store, "none.pem") };
  await expect(wantedMirror(site)).rejects.toThrow(`cannot read ${site.ca}: ENOENT. Try: a path relative to`);
});
