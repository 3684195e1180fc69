import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planRegistry, type SiteRegistry, withAuthority } from "../../../plan/registry";

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n";
const plain: SiteRegistry = { port: 4000, version: 2, deletes: true, readOnly: false };
const s3 = { endpoint: "https://s3", bucket: "b", region: "r", accessKey: "a", secretKey: "s", prefix: "/" };
let directory: string;
const pem = () => join(directory, "ca.pem");
const plan = (extra: Partial<SiteRegistry> = {}) => planRegistry({ ...plain, ...extra }, "192.0.2.10", "site-dev");

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "plan-registry-"));
  await writeFile(pem(), PEM);
});
afterEach(() => rm(directory, { recursive: true }));

test("a registry for everybody: one file, its data in a volume, plain HTTP", async () => {
  const { way, authority, server } = await plan();
  expect([way, authority]).toEqual([{ address: "192.0.2.10:4000", insecure: true }, undefined]);
  expect(server).toMatchObject({
    files: [{ name: "config", path: "/etc/openstack-site/registry/config.yml", mode: "0600", secret: false }],
    volumes: [
      { source: "/etc/openstack-site/registry", target: "/etc/docker/registry", readOnly: true },
      { source: "registry-data", target: "/var/lib/registry" },
    ],
    env: {},
    ready: { port: 4000, path: "/v2/", status: 200, tls: false },
  });
});

test("one with TLS and users: hosts get its authority, the first user pushes", async () => {
  const users = ["site", "ops"].map((username) => ({ username, password: `password of ${username}` }));
  const { way, authority, server } = await plan({ tls: { certificate: pem(), key: KEY, ca: pem() }, users });
  expect(way).toEqual({ address: "192.0.2.10:4000", insecure: false, ...users[0], ca: pem() });
  expect(authority).toEqual({ source: pem(), digest: expect.stringMatching(/^sha256:/) });
  expect(server?.ready).toMatchObject({ status: 401, tls: true });
  const found = server?.files.map(({ name, mode, secret }) => [name, mode, secret]);
  expect(found).toEqual([
    ["config", "0600", false],
    ["users", "0600", true],
    ["key", "0600", true],
    ["certificate", "0644", false],
  ]);
  expect(JSON.stringify(server)).not.toContain("password of");
});

test("a store or an upstream is trusted by the host's authorities and those given; its configuration is secret", async () => {
  const { server } = await plan({ s3: { ...s3, ca: pem() } });
  const files = server?.files.map(({ path, secret }) => [path.replace("/etc/openstack-site/registry/", ""), secret]);
  expect(files).toEqual([
    ["config.yml", true],
    ["authorities/s3.crt", false],
  ]);
  expect(server?.volumes.map(({ target }) => target)).toEqual(["/etc/docker/registry", "/etc/ssl/certs"]);
  expect(server?.env).toEqual({ SSL_CERT_DIR: "/etc/ssl/certs:/etc/docker/registry/authorities" });
});

test("the revision is that of all files", async () => {
  const revision = async (extra: Partial<SiteRegistry> = {}) => (await plan(extra)).server?.revision;
  const tls = { certificate: pem(), key: KEY };
  const before = await revision({ tls });
  expect(await revision({ tls })).toBe(before);
  const others = [await revision(), await revision({ deletes: false }), await revision({ tls: { ...tls, key: PEM } })];
  await writeFile(pem(), `${PEM}${PEM}`);
  expect(new Set([before, ...others, await revision({ tls })]).size).toBe(5);
});

test("one that stands already: nothing to set up", async () => {
  const login = { username: "site", password: "secret" };
  const url = "https://registry.example.org:5000";
  expect(await plan({ url, ...login, ca: pem() })).toEqual({
    way: { address: "registry.example.org:5000", insecure: false, ...login, ca: pem() },
    authority: { source: pem(), digest: expect.stringMatching(/^sha256:/) },
  });
  const { way } = await plan({ url: "http://10.0.0.1:4000/" });
  expect(way).toEqual({ address: "10.0.0.1:4000", insecure: true });
});

test("a client is given the authority itself; a file that is none is named", async () => {
  const way = { address: "r:1", insecure: false };
  expect(await withAuthority({ ...way, ca: pem() })).toEqual({ ...way, ca: PEM });
  await expect(withAuthority({ ...way, ca: `${pem()}.none` })).rejects.toThrow(
    /cannot read .*ca.pem.none: ENOENT. Try/,
  );
  await writeFile(pem(), KEY);
  await expect(plan({ tls: { certificate: pem(), key: KEY } })).rejects.toThrow(/ca.pem holds no certificate/);
});
