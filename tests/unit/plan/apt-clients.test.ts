import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../lib/content/digest";
import { planClients } from "../../../plan/apt-clients";
import type { SiteMirror } from "../../../plan/mirror-sources";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const URL = "http://192.0.2.10:8080";
const site = { url: URL, everybody: ["seed"], owner: "site-dev" };
const suite = (uri: string, name: string, trust: object = { keyrings: [KEYRING] }) => ({
  ...{ uri, suite: name, components: ["main"], architectures: ["amd64"], sources: false },
  ...{ trust: trust as { keyrings: string[] }, head: `sha256:${"0".repeat(64)}` as const, files: 1, bytes: 1 },
});
const DEBIAN = "https://deb.example.org/debian";
const planned = [
  {
    name: "debian",
    suites: [
      suite(DEBIAN, "bookworm"),
      suite(DEBIAN, "bookworm-updates"),
      suite("https://deb.example.org/security", "bookworm-security"),
    ],
  },
  { name: "old", suites: [suite("https://old.example.org/a", "xenial", { pinned: `sha256:${"1".repeat(64)}` })] },
];
const mirror = (name: string, extra: Partial<SiteMirror> = {}): SiteMirror => ({
  ...{ name, from: { suites: [] }, keep: 3, ...extra },
});

const KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "apt-clients-"));
});
afterAll(() => rm(directory, { recursive: true }));

test("each archive under the site's address, its suites together, with the archive's keyring", async () => {
  const entry = (path: string, ...suites: string[]) => ({
    ...{ uri: `${URL}/debian/deb.example.org/${path}`, suites, components: ["main"], signedBy: KEYRING },
  });
  expect(await planClients([mirror("debian")], planned, site)).toEqual({
    seed: {
      entries: [entry("debian", "bookworm", "bookworm-updates"), entry("security", "bookworm-security")],
      keyrings: [],
    },
  });
});

test("selected packages are signed by the site, whose key its clients get", async () => {
  const selection = { packages: ["chrony"], recommends: false, bootstrap: false };
  const all = [mirror("debian"), mirror("old", { clients: ["node"] })];
  const { seed, node } = await planClients(all, [{ ...planned[0], name: "debian", selection, suites: [] }], site);
  expect([seed?.siteKeyring, node?.siteKeyring]).toEqual(["/etc/apt/keyrings/site-dev.asc", undefined]);
  const filtered = planned.map((each) => ({ ...each, selection }));
  const signers = (await planClients([mirror("debian")], filtered, site))["seed"]?.entries.map((each) => each.signedBy);
  expect(new Set(signers)).toEqual(new Set(["/etc/apt/keyrings/site-dev.asc"]));
});

test("a pinned Release has no keyring unless one is given; who is no client gets nothing", async () => {
  const source = join(directory, "old.key");
  const asked = (extra: Partial<SiteMirror>) => {
    const all = [mirror("debian", { clients: [] }), mirror("old", { clients: ["node"], ...extra })];
    return planClients(all, planned, site);
  };
  expect(await asked({})).toEqual({
    node: { entries: [expect.not.objectContaining({ signedBy: expect.anything() })], keyrings: [] },
  });
  for (const [content, ending] of [
    [KEY, "asc"],
    ["\x99", "gpg"],
  ] as const) {
    await writeFile(source, content);
    const path = `/etc/apt/keyrings/openstack-site-old.${ending}`;
    expect(await asked({ keyring: source })).toEqual({
      node: {
        entries: [expect.objectContaining({ signedBy: path })],
        keyrings: [{ mirror: "old", path, source, digest: digestOf(content) }],
      },
    });
  }
  await expect(asked({ keyring: `${source}.none` })).rejects.toThrow(/cannot read .*old.key.none: ENOENT. Try/);
});
