import { parseSite } from "../../../config";

const hosts = {
  seed: { kind: "ssh", address: "192.0.2.10", port: 2222, hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" },
};
const images = [{ repository: "site/hello", tag: "v1", architectures: ["amd64"] }];
const KEY = "-----BEGIN PRIVATE KEY-----\nnobody may read this\n-----END PRIVATE KEY-----\n";
const s3 = { endpoint: "https://s3.example.org", bucket: "b", accessKey: "site", secretKey: "a secret of the store" };
const parse = (registry: object, seed: object = {}) =>
  parseSite({ hosts, seed: { host: "seed", registry, ...seed } } as never, "Pulumi.dev.yaml").seed.registry;

function mistakes(registry: object, seed: object = {}): string[] {
  try {
    parse(registry, seed);
  } catch (error) {
    const [, ...lines] = (error as Error).message.split("\n");
    return lines.map((line) => line.replace("  - seed.registry.", "").replace(/\. Example: .*/, ""));
  }
  return [];
}

test("nothing has to be said", () => {
  expect(parse({})).toEqual({ port: 4000, version: 2, deletes: true, readOnly: false, collectGarbage: false });
});

test("all of it may be said", () => {
  const users = [{ username: "site", password: "secret" }];
  const tls = { certificate: "registry.pem", key: KEY, ca: "ca.pem" };
  const registry = { port: 4443, version: 3, architecture: "s390x", s3, tls, users, deletes: false, readOnly: true };
  expect(parse(registry)).toEqual({
    ...registry,
    collectGarbage: false,
    s3: { ...s3, region: "us-east-1", prefix: "/" },
  });
  expect(parse({ url: "https://registry.example.org:5000", username: "a", password: "b", ca: "ca.pem" })).toMatchObject(
    { url: "https://registry.example.org:5000" },
  );
});

test.each<[string, object, object, string]>([
  ["Keystone's port", { port: 5000 }, {}, "port: 5000 is Keystone's port: choose another, for example 4000"],
  ["the port of the host's SSH server", { port: 2222 }, {}, "port: that host's SSH server listens there"],
  ["two stores", { data: "/srv", s3 }, {}, "data: give either data or s3"],
  ["a relative directory", { data: "srv" }, {}, "data: an absolute path without a colon"],
  ["an address without a scheme", { url: "registry.example.org" }, {}, "url: https://host:port, or http:// for"],
  ["a url with a password", { url: "https://a:b@registry.example.org" }, {}, "url: https://host:port, or http://"],
  [
    "options of a registry that stands",
    { url: "http://r:5001", readOnly: true },
    {},
    "readOnly: with url the registry",
  ],
  ["a login without a url", { username: "site" }, {}, "username: goes with url alone"],
  ["Debian's package elsewhere", { architecture: "arm64" }, {}, "architecture: Debian's package is for this machine"],
  ["pushes to a cache", { upstream: { url: "http://r:5001" } }, { images }, "upstream: a cache takes no pushes"],
  [
    "a cache of version 2 with a login",
    { upstream: { url: "http://r:5001", username: "a", password: "b" } },
    {},
    "upstream: version 2 cannot log in",
  ],
  ["a cache that may not write", { upstream: { url: "http://r:5001" }, readOnly: true }, {}, "readOnly: a cache has"],
  [
    "garbage of what may not be deleted",
    { collectGarbage: true, deletes: false },
    {},
    "collectGarbage: the registry has",
  ],
  ["a version there is not", { version: 1 }, {}, "version: "],
  ["nobody at all", { users: [] }, {}, "users: "],
  ["a certificate instead of its path", { tls: { certificate: "a\nb", key: KEY } }, {}, "tls.certificate: the path"],
  ["a key that is none", { tls: { certificate: "a", key: "b" } }, {}, "tls.key: a private key as PEM"],
])("%s is refused", (_title, registry, seed, message) => {
  expect(mistakes(registry, seed)).toEqual([expect.stringContaining(message)]);
});

test.each([
  ["a name with a colon", { username: "a:b", password: "x" }, "users.0.username: a name without colons"],
  ["a password bcrypt would cut", { username: "a", password: "é".repeat(37) }, "users.0.password: at most 72 bytes"],
])("%s is refused", (_title, user, message) => {
  expect(mistakes({ users: [user] })).toEqual([expect.stringContaining(message)]);
  const twice = { username: "a", password: "b" };
  expect(mistakes({ users: [twice, twice] })).toEqual([
    expect.stringContaining("users: a username stands there twice"),
  ]);
});

test("no mistake quotes a secret", () => {
  const users = [{ username: "", password: "p".repeat(73) }];
  const told = mistakes({
    tls: { certificate: "", key: KEY.replaceAll("PRIVATE", "") },
    users,
    s3: { ...s3, bucket: 1 },
  });
  expect(told).toHaveLength(5);
  expect(told.join()).not.toMatch(/nobody may read|pppp|a secret of the store/);
});
