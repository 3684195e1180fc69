import { renderConfig } from "../../../../lib/registry/config";

const read = (settings: Parameters<typeof renderConfig>[0]) => JSON.parse(renderConfig(settings));

test("for everybody, over plain HTTP, in a directory, where nothing else is said", () => {
  expect(read({})).toEqual({
    version: 0.1,
    log: { level: "info" },
    storage: { filesystem: { rootdirectory: "/var/lib/registry" }, delete: { enabled: true } },
    http: { addr: ":5000", headers: { "X-Content-Type-Options": ["nosniff"] } },
    health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
  });
});

test("TLS and users by files beside it, neither in it", () => {
  const tls = { certificate: "here.pem", key: "a secret key" };
  const text = renderConfig({ tls, users: [{ username: "site", password: "a secret password" }] });
  expect(JSON.parse(text)).toMatchObject({
    http: { tls: { certificate: "/etc/docker/registry/tls.crt", key: "/etc/docker/registry/tls.key" } },
    auth: { htpasswd: { realm: "registry", path: "/etc/docker/registry/htpasswd" } },
  });
  expect(text).not.toContain("secret");
});

test("a store that speaks S3 instead of a directory, and no download sent there", () => {
  const s3 = { endpoint: "http://s3:9000", bucket: "b", region: "r", accessKey: "a", secretKey: "s", prefix: "/p" };
  expect(read({ s3, deletes: false }).storage).toEqual({
    s3: {
      ...{ regionendpoint: "http://s3:9000", secure: false, forcepathstyle: true, bucket: "b", region: "r" },
      ...{ accesskey: "a", secretkey: "s", rootdirectory: "/p" },
    },
    redirect: { disable: true },
    delete: { enabled: false },
  });
});

test("read-only, or a cache of another", () => {
  expect(read({ readOnly: true }).storage.maintenance).toEqual({ readonly: { enabled: true } });
  const upstream = { url: "https://registry.example.org", username: "site", password: "secret" };
  expect(read({ upstream }).proxy).toEqual({ remoteurl: upstream.url, username: "site", password: "secret" });
  expect(read({ upstream: { url: upstream.url } }).proxy).toEqual({ remoteurl: upstream.url });
});
