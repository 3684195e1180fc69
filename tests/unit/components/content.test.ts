import type { PlannedSet } from "../../../components/image-set";
import { Seed } from "../../../components/seed";
import { Undercloud } from "../../../components/undercloud";
import { registrations } from "./recorder";
import { hello, here, planned, registry, standing } from "./site";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const suite = {
  ...{ uri: "https://deb.example.org/debian", suite: "bookworm", components: ["main"], architectures: ["amd64"] },
  ...{ sources: false, trust: { keyrings: ["/a.gpg"] }, head: digest("2"), files: 3, bytes: 300 },
};
const base = { tag: "trixie-amd64", architecture: "amd64" as const, sources: [], packages: ["nginx-light"] };
const plan = {
  store: "/srv/content",
  mirrors: [{ name: "debian", suites: [suite], keep: 3, snapshots: {} }],
  indexes: [],
  sources: [],
  web: {
    ...{
      url: "http://10.77.0.10:8080",
      ports: [{ host: 8080, container: 8080 }],
      command: ["nginx"],
      revision: digest("3"),
    },
    file: { path: "/etc/nginx.conf", content: "http {}" },
    volumes: [{ source: "/srv/content", target: "/srv/content", readOnly: true }],
    ready: { port: 8080, path: "/", status: 204 },
    image: { base: { ...base, recipe: digest("4") } },
  },
};
const entries = [{ uri: "http://10.77.0.10:8080/debian/a", suites: ["bookworm"], components: ["main"] }];
const keyring = { path: "/etc/apt/keyrings/a.asc", source: "a.asc", digest: digest("9") };
const client = { entries, keyrings: [{ mirror: "debian", ...keyring }] };
const seed = planned("seed", "10.77.0.10");

const fed = (extra: object = {}, images: PlannedSet[] = [], clients: object = { seed: client }, indexes = {}) =>
  registrations(
    () =>
      new Seed("seed", {
        machine: standing("seed", "10.77.0.10"),
        builder: here,
        registry,
        registryRecipe: "e".repeat(64),
        images,
        registries: {},
        content: {
          keeper: { connection: here },
          builders: { z15: standing("z15", "10.77.0.15") },
          plan: { ...plan, ...extra },
          ...{ clients: clients as { seed: typeof client }, indexes },
        },
      }),
  );

const at = { host: here, store: "/srv/content", name: "debian" };

test("a mirror where the content is kept, and what is served of it", async () => {
  const found = await fed();
  const stands = { parent: "AptMirror seed-content-apt-debian", deletedWith: "" };
  expect(found["apt:Mirror seed-content-apt-debian"]).toEqual({
    args: { ...at, suites: [suite], keep: 3 },
    ...stands,
    dependsOn: [],
  });
  expect(found["apt:Published seed-content-apt-debian-served"]).toEqual({
    args: { ...at, manifest: digest("5") },
    ...stands,
    dependsOn: ["apt:Mirror seed-content-apt-debian"],
  });
});

test("an earlier state is served where one is named", async () => {
  const found = await fed({ mirrors: [{ ...plan.mirrors[0], serve: digest("6") }] });
  expect(found["apt:Published seed-content-apt-debian-served"]?.args["manifest"]).toBe(digest("6"));
});

test("named states stay: they are kept before the mirror goes on", async () => {
  const found = await fed({ mirrors: [{ ...plan.mirrors[0], snapshots: { "before-upgrade": digest("6") } }] });
  const kept = found["apt:Snapshot seed-content-apt-debian-snapshot-before-upgrade"];
  expect(kept?.args).toEqual({ ...at, name: "debian.before-upgrade", manifest: digest("6") });
  expect(found["apt:Mirror seed-content-apt-debian"]?.dependsOn).toEqual([
    "apt:Snapshot seed-content-apt-debian-snapshot-before-upgrade",
  ]);
});

test("the tree of another mirror, and the archives' authority", async () => {
  const way = { adoptTree: "/var/spool/apt-mirror/mirror", ca: "PEM" };
  const found = await fed({ mirrors: [{ ...plan.mirrors[0], ...way }] });
  expect(found["apt:Mirror seed-content-apt-debian"]?.args).toMatchObject(way);
});

test("an index where the content is kept, what is served of it, and who asks it", async () => {
  const index = {
    ...{ name: "python", upstream: "https://pypi.example.org/simple", lists: ["site.txt"], keep: 3 },
    targets: [{ python: "3.11", architecture: "x86_64" as const, glibc: "2.36" }],
    ...{ onMissing: "report" as const, selection: digest("7"), files: 2, bytes: 20, holes: ["one==1.0: no file"] },
    wheels: [],
  };
  const address = "http://10.77.0.10:8080/python/simple/";
  const found = await fed({ indexes: [index] }, [], {}, { seed: address });
  const at = { host: here, store: "/srv/content", name: "python" };
  const { holes: _, wheels: __, ...planned } = index;
  expect(found["pypi:Index seed-content-pypi-python"]?.args).toEqual({ ...at, ...planned, missing: 1 });
  expect(found["pypi:Published seed-content-pypi-python-served"]).toMatchObject({
    ...{ args: at, dependsOn: ["pypi:Index seed-content-pypi-python"] },
  });
  expect(found["host:PipConfig seed-pip"]).toMatchObject({
    args: { host: seed.connection, index: address },
    dependsOn: expect.arrayContaining(["pypi:Published seed-content-pypi-python-served"]),
  });
  const nodes = { control1: standing("control1", "10.77.0.11"), compute1: standing("compute1", "10.77.0.12") };
  const trust = { address: "10.77.0.10:4000", insecure: true };
  const below = await registrations(
    () => new Undercloud("undercloud", { nodes, registry: trust, indexes: { control1: address } }),
  );
  expect(Object.keys(below).filter((name) => name.startsWith("host:PipConfig"))).toEqual([
    "host:PipConfig undercloud-control1-pip",
  ]);
});

test("wheels that are built, before the index that takes them in: of one name once", async () => {
  const sdist = { url: "https://files.example.org/a-1.tar.gz", filename: "a-1.tar.gz", digest: digest("1"), size: 9 };
  const wheel = (architecture: "x86_64" | "s390x") => ({
    ...{ name: `a-1-${architecture}`, builder: "z15", sdist, target: { python: "3.11", architecture, glibc: "2.36" } },
  });
  const index = {
    ...{ name: "python", upstream: "https://pypi.example.org/simple", lists: ["site.txt"], keep: 3, targets: [] },
    ...{ onMissing: "fail" as const, selection: digest("7"), files: 2, bytes: 20, holes: [] },
    wheels: [wheel("x86_64"), wheel("s390x")],
  };
  const found = await fed({ indexes: [index] });
  const at = { host: here, store: "/srv/content" };
  const { builder: _, ...planned } = wheel("s390x");
  expect(found["pypi:Wheel seed-content-pypi-python-a-1-s390x"]).toMatchObject({
    args: { ...at, ...planned, builder: standing("z15", "10.77.0.15").connection },
  });
  expect(found["pypi:Index seed-content-pypi-python"]?.dependsOn).toEqual(
    ["s390x", "x86_64"].map((each) => `pypi:Wheel seed-content-pypi-python-a-1-${each}`),
  );
});

test("sources where the content is kept, each by its kind, and addresses of what is served", async () => {
  const tree = { git: "https://git.example.org/kolla", commit: "0".repeat(40), history: false };
  const files = [{ url: "https://example.org/a", digest: digest("1"), path: "a" }];
  const collections = [{ url: "https://example.org/a-b-1.tar.gz", digest: digest("2") }];
  const sources = [
    { name: "kolla", tree },
    { name: "guests", files, ca: "PEM" },
    { name: "galaxy", collections },
  ];
  const found = await fed({ sources });
  const at = { host: here, store: "/srv/content" };
  expect(found["source:Tree seed-content-sources-kolla"]?.args).toEqual({ ...at, name: "kolla", origin: tree });
  expect(found["source:Files seed-content-sources-guests"]?.args).toEqual({ ...at, name: "guests", files, ca: "PEM" });
  const address = "http://10.77.0.10:8080/galaxy";
  expect(found["source:Collections seed-content-sources-galaxy"]?.args).toEqual({
    ...{ ...at, name: "galaxy", address, collections },
  });
});

test("the web server from an image made of packages, after the registry it is pulled from", async () => {
  const found = await fed();
  expect(found["oci:BaseImage seed-content-web-image"]?.args).toMatchObject({
    ...{ host: here, repository: "openstack-site/nginx", tag: "trixie-amd64", packages: ["nginx-light"] },
  });
  expect(found["WebServer seed-content-web"]?.dependsOn).toContain("host:Container seed-registry");
  const container = found["host:Container seed-content-web"];
  expect(container?.dependsOn).toEqual(["host:File seed-content-web-config", "oci:BaseImage seed-content-web-image"]);
  expect(container?.args).toMatchObject({
    ...{ host: seed.connection, image: "registry/nginx@sha256:7", restart: "always" },
    ports: [{ host: 8080, container: 8080 }],
    labels: { "openstack-site.revision": digest("3") },
    volumes: plan.web.volumes,
    capabilities: { add: ["DAC_READ_SEARCH", "SETGID"], drop: ["ALL"] },
  });
});

test("an nginx that the site has is taken as it is", async () => {
  const reference = `registry.example.org/nginx@${digest("8")}`;
  const found = await fed({ web: { ...plan.web, image: { reference } } });
  expect(Object.keys(found).filter((name) => name.startsWith("oci:"))).toEqual([]);
  expect(found["host:Container seed-content-web"]?.args["image"]).toBe(reference);
});

test("an image made of what a mirror holds waits until that is served", async () => {
  const bases = [{ ...base, tag: "v1-amd64", recipe: digest("9"), snapshot: digest("0") }];
  const mirrored = { repository: "site/mirrored", tag: "v1", adopt: false, images: [], holes: [], bases };
  const found = await fed({}, [mirrored, hello]);
  const served = "apt:Published seed-content-apt-debian-served";
  expect(found["ImageSet seed-site-mirrored-v1"]?.dependsOn).toContain(served);
  expect(found["ImageSet seed-site-hello-v1"]?.dependsOn).not.toContain(served);
});

test("selected packages are signed by the site's key, which clients get, and who makes images", async () => {
  const selection = { packages: ["chrony"], recommends: false, bootstrap: false };
  const key = { name: "site-dev", generation: 1, keyring: "/keyrings/site.asc" };
  const bases = [{ ...base, tag: "v1-amd64", recipe: digest("9"), snapshot: digest("0") }];
  const image = { repository: "site/mirrored", tag: "v1", adopt: false, images: [], holes: [], bases };
  const keyring = { path: key.keyring, content: "PUBLIC KEY" };
  const clients = { seed: { entries, keyrings: [], siteKeyring: key.keyring } };
  const found = await fed({ key, mirrors: [{ ...plan.mirrors[0], selection }] }, [image], clients);
  expect(found["apt:SiteKey seed-content-key"]?.args).toEqual({ host: here, name: "site-dev", generation: 1 });
  expect(found["apt:Mirror seed-content-apt-debian"]?.args).toMatchObject({
    ...selection,
    signWith: { home: "/keys/site", fingerprint: "A".repeat(40) },
  });
  expect(found["host:File seed-content-builder-keyring"]?.args).toEqual({ host: here, ...keyring });
  expect(found["host:File seed-apt-keyring"]?.args).toEqual({ host: seed.connection, ...keyring });
  expect(Object.keys(await fed({ key }))).not.toContain("host:File seed-content-builder-keyring");
});

test("the seed and the nodes install from it, once it is served", async () => {
  const found = await fed();
  expect(found["AptClient seed-apt"]?.dependsOn).toEqual(
    expect.arrayContaining(["apt:Published seed-content-apt-debian-served", "host:Container seed-content-web"]),
  );
  expect(found["host:File seed-apt-keyring-debian"]?.args).toEqual({ host: seed.connection, ...keyring });
  expect(found["host:AptSources seed-apt-sources"]).toMatchObject({
    args: { host: seed.connection, entries },
    dependsOn: ["host:File seed-apt-keyring-debian"],
  });
  const nodes = { control1: standing("control1", "10.77.0.11"), compute1: standing("compute1", "10.77.0.12") };
  const below = await registrations(
    () =>
      new Undercloud("undercloud", {
        nodes,
        registry: { address: "10.77.0.10:4000", insecure: true },
        packages: { control1: client },
      }),
  );
  expect(Object.keys(below).filter((name) => name.startsWith("host:AptSources"))).toEqual([
    "host:AptSources undercloud-control1-apt-sources",
  ]);
});
