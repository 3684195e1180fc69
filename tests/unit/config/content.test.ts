import { parseSite } from "../../../config";

const KEYRINGS = ["/usr/share/keyrings/debian-archive-keyring.gpg"];
const good = {
  lab: { network: { subnet: "10.77.0.0/24" }, hosts: { seed: { address: "10.77.0.10" } } },
  hosts: { keeper: { kind: "local" } },
  seed: {
    host: "seed",
    registry: {},
    content: { host: "keeper", store: "/srv/content" },
    apt: [{ name: "debian", from: { debian: "trixie", architectures: ["amd64"] } }],
  },
};
const parse = (seed: object) =>
  parseSite({ ...good, seed: { ...good.seed, ...seed } } as never, "Pulumi.dev.yaml").seed;

function mistakes(seed: object): string[] {
  try {
    parse(seed);
  } catch (error) {
    const [, ...lines] = (error as Error).message.split("\n");
    return lines.map((line) => line.replace("  - seed.", "").replace(/\. Example: .*/, ""));
  }
  return [];
}

test("a store and a suite are enough", () => {
  const { content, apt } = parse({});
  expect(content).toEqual({ host: "keeper", store: "/srv/content", port: 8080, keyGeneration: 1 });
  const from = { debian: "trixie", architectures: ["amd64"], components: ["main"], sources: false };
  expect(apt).toEqual([{ name: "debian", from, keep: 3 }]);
});

test("mirrors come from suites one by one, and from apt-mirror's list", () => {
  const suite = { uri: "https://archive.example.org", suite: "xenial", architectures: ["s390x"] };
  const suites = [{ ...suite, trust: { pinned: `sha256:${"0".repeat(64)}` } }];
  const { apt } = parse({
    apt: [
      { name: "old", from: { suites }, clients: [] },
      { name: "list", from: { mirrorList: "mirror.list", keyrings: KEYRINGS }, clients: ["seed"], keep: 0 },
    ],
  });
  expect(apt.map(({ name, clients }) => [name, clients])).toEqual([
    ["old", []],
    ["list", ["seed"]],
  ]);
});

test("named states, another mirror's tree, and an authority", () => {
  const debian = { name: "debian", from: { debian: "trixie", architectures: ["amd64"] } };
  const good = {
    adoptTree: "/var/spool/apt-mirror/mirror",
    ca: "ca.pem",
    snapshots: { a: `sha256:${"0".repeat(64)}` },
  };
  expect(parse({ apt: [{ ...debian, ...good }] }).apt[0]).toMatchObject(good);
  const bad = { adoptTree: "mirror/", ca: "", snapshots: { "A b": `sha256:${"0".repeat(64)}`, b: "newest" } };
  expect(mistakes({ apt: [{ ...debian, ...bad }] }).map((line) => line.split(":")[0])).toEqual([
    "apt.0.adoptTree",
    "apt.0.ca",
    "apt.0.snapshots.A b",
    "apt.0.snapshots.b",
  ]);
});

test("indexes for hosts of their own", () => {
  const targets = [{ python: "3.11", architecture: "s390x" }];
  const { pypi } = parse({
    pypi: [
      { name: "a", lists: ["a.txt"], targets, clients: ["seed"] },
      { name: "b", lists: ["b.txt"], targets, clients: [], onMissing: "report", keep: { days: 9 } },
    ],
  });
  expect(pypi).toMatchObject([
    { targets: [{ python: "3.11", architecture: "s390x", glibc: "2.36" }], onMissing: "fail", keep: 3 },
    { onMissing: "report", keep: { days: 9 } },
  ]);
});

const image = (name: string, more: object = {}) => ({
  ...{ repository: "site/base", tag: "v1", architectures: ["amd64"] },
  from: { debian: "trixie", mirror: name, ...more },
});
const mirror = good.seed.apt[0];
const python = { name: "python", lists: ["a.txt"], targets: [{ python: "3.11", architecture: "x86_64" }] };
const kolla = { git: "https://git.example.org/kolla", commit: "0".repeat(40) };
const files = [{ url: "https://example.org/a", digest: `sha256:${"0".repeat(64)}`, path: "a" }];

test("trees, files and collections are told apart by what they name", () => {
  const { sources } = parse({
    sources: [
      { name: "kolla", tree: kolla },
      { name: "guests", files },
      {
        name: "galaxy",
        collections: [{ url: "https://example.org/a.tar.gz", digest: files[0]?.digest }],
        ca: "ca.pem",
      },
    ],
  });
  expect(sources.map((each) => Object.keys(each).sort())).toEqual([
    ["name", "tree"],
    ["files", "name"],
    ["ca", "collections", "name"],
  ]);
  expect(sources[0]).toEqual({ name: "kolla", tree: { ...kolla, history: false } });
});

test.each<[string, object, string]>([
  [
    "a source without a place",
    { content: undefined, apt: [], sources: [{ name: "kolla", tree: kolla }] },
    "content: mirrors, indexes and sources need a place",
  ],
  [
    "a source named like a mirror",
    { sources: [{ name: "debian", files }] },
    'sources.0.name: "debian" is served already',
  ],
  ["a branch", { sources: [{ name: "a", tree: { ...kolla, commit: "main" } }] }, "sources.0.tree.commit: the 40"],
  [
    "two kinds of source in one",
    { sources: [{ name: "a", tree: kolla, files }] },
    "sources.0: a name with one of tree",
  ],
  ["mirrors without a place", { content: undefined }, "content: mirrors, indexes and sources need a place"],
  [
    "an index without a place",
    { content: undefined, apt: [], pypi: [python] },
    "content: mirrors, indexes and sources need",
  ],
  [
    "an index named like a mirror",
    { pypi: [{ ...python, name: "debian" }] },
    'pypi.0.name: "debian" is served already',
  ],
  [
    "a Python without quotes",
    { pypi: [{ ...python, targets: [{ ...python.targets[0], python: 3.1 }] }] },
    "pypi.0.targets.0.python: ",
  ],
  ["an index of nothing", { pypi: [{ ...python, lists: [] }] }, "pypi.0.lists: "],
  ["a password in an address", { pypi: [{ ...python, upstream: "https://a:b@c/simple" }] }, "pypi.0.upstream: an http"],
  ["a reader there is not", { pypi: [{ ...python, clients: ["node"] }] }, 'pypi.0.clients.0: no host "node"'],
  ["a reader this stack does not prepare", { pypi: [{ ...python, clients: ["keeper"] }] }, "pypi.0.clients.0: neither"],
  [
    "a builder there is not",
    { pypi: [{ ...python, builders: { s390x: "z15" } }] },
    'pypi.0.builders.s390x: no host "z15"',
  ],
  ["two indexes for one host", { pypi: [python, { ...python, name: "b" }] }, "pypi.1.clients: seed would ask two"],
  ["a keeper there is not", { content: { store: "/srv", host: "attic" } }, 'content.host: no host "attic"'],
  ["a keeper of the lab", { content: { store: "/srv" } }, "content.host: a host of the lab stands too late"],
  ["the registry's port", { content: { ...good.seed.content, port: 4000 } }, "content.port: 4000 is taken on the seed"],
  ["a relative store", { content: { host: "keeper", store: "srv" } }, "content.store: an absolute path"],
  ["an image by its tag", { content: { ...good.seed.content, image: "nginx:1" } }, "content.image: an image by digest"],
  [
    "an image to be made for a cache",
    { registry: { upstream: { url: "http://r:5001" } } },
    "content.image: the registry is a cache",
  ],
  [
    "an image to be pulled with a login",
    { registry: { users: [{ username: "a", password: "b" }] } },
    "content.image: the registry asks who pulls",
  ],
  ["a name twice", { apt: [mirror, mirror] }, 'apt.1.name: "debian" is served already'],
  ["a client there is not", { apt: [{ ...mirror, clients: ["node"] }] }, 'apt.0.clients.0: no host "node"'],
  ["a client this stack does not prepare", { apt: [{ ...mirror, clients: ["keeper"] }] }, "apt.0.clients.0: neither"],
  ["a mirror there is not", { images: [image("attic")] }, 'images.0.from.mirror: no mirror "attic"; there are: debian'],
  [
    "a mirror beside other sources",
    { images: [image("debian", { sources: [{ uri: "http://a", suites: ["b"] }] })] },
    "images.0.from.mirror: give either",
  ],
  [
    "a minimal system of whole suites",
    { apt: [{ ...mirror, bootstrap: true }] },
    "apt.0.bootstrap: goes with packages",
  ],
  [
    "another key beside the site's",
    { apt: [{ ...mirror, packages: [], keyring: "a" }] },
    "apt.0.keyring: with packages",
  ],
  ["a suite without architectures", { apt: [{ name: "a", from: { debian: "trixie" } }] }, "apt.0.from: one of debian"],
])("%s is refused", (_title, seed, message) => {
  expect(mistakes(seed)).toEqual([expect.stringContaining(message)]);
});
