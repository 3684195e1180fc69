import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { digestOf } from "../../../../lib/content/digest";
import { openBlob } from "../../../../lib/oci/blobs";
import { listTags } from "../../../../lib/oci/catalog";
import { RegistryClient, type RegistryOptions } from "../../../../lib/oci/client";
import type { Blob } from "../../../../lib/oci/image";
import { getManifest, headManifest, putManifest } from "../../../../lib/oci/manifests";
import { pushImage } from "../../../../lib/oci/push";
import { pushBlob } from "../../../../lib/oci/upload";
import { FakeRegistry, type FakeRegistryOptions } from "../../../support/fake-registry";
import { imageFor } from "../../../support/registry-suite";

const LOGIN = { username: "tester", password: "open sesame" };
const image = imageFor("amd64");
const closing: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close()));
});

async function fake(options: FakeRegistryOptions = {}, of: Partial<RegistryOptions> = {}) {
  const registry = await FakeRegistry.start(options);
  const client = clientOf(registry.address, of);
  closing.push(registry);
  return { registry, client };
}

function clientOf(address: string, of: Partial<RegistryOptions> = {}): RegistryClient {
  const client = new RegistryClient({ address, insecure: true, backoff: 1, timeout: 2000, ...of });
  closing.push(client);
  return client;
}

/** A server of another kind, or a way through which a request is led. */
async function serving(handler: Parameters<typeof createServer>[1]): Promise<{ server: Server; address: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("failures that pass", () => {
  test("429 waits as long as the registry asked", async () => {
    const { registry, client } = await fake();
    registry.fail({ method: "HEAD", path: /./, times: 1, status: 429, headers: { "retry-after": "1" } });
    const begun = Date.now();
    expect(await headManifest(client, "a", "one")).toBeUndefined();
    expect(Date.now() - begun).toBeGreaterThanOrEqual(990);
  });

  test.each([500, 502, 503, 504, 408])("%i is tried again, so often and no more", async (status) => {
    const { registry, client } = await fake();
    registry.fail({ method: "HEAD", path: /./, times: 3, status });
    expect(await headManifest(client, "a", "one")).toBeUndefined();
    registry.fail({ method: "HEAD", path: /./, times: 4, status });
    await expect(headManifest(client, "a", "one")).rejects.toMatchObject({ status, temporary: true });
  });

  test("an upload cut off begins anew, and progress takes back what was lost", async () => {
    const { registry, client } = await fake();
    const bytes = Buffer.alloc(3_000_000, 7);
    const blob: Blob = {
      mediaType: "",
      digest: digestOf(bytes),
      size: bytes.length,
      open: () => Readable.from([bytes]),
    };
    registry.fail({ method: "PUT", path: /uploads/, times: 2, cutAfter: 100_000 });
    let sent = 0;
    await pushBlob(client, "a", blob, { onBytes: (count) => (sent += count) });
    expect(sent).toBe(bytes.length);
    expect(registry.routes.repository("a").blobs.get(blob.digest)?.equals(bytes)).toBe(true);
    expect(registry.requests.filter((each) => each.startsWith("POST"))).toHaveLength(3);
  });

  test("a silent registry is given up after the timeout", async () => {
    const { registry, client } = await fake({}, { timeout: 200, attempts: 1 });
    registry.fail({ method: "HEAD", path: /./, times: 1, delay: 5000 });
    await expect(headManifest(client, "a", "one")).rejects.toMatchObject({
      code: "UND_ERR_HEADERS_TIMEOUT",
      temporary: true,
    });
  });

  test("nobody listening names address and cause", async () => {
    const { server, address } = await serving(() => {});
    await new Promise((resolve) => server.close(resolve));
    const failed = headManifest(clientOf(address, { attempts: 2 }), "a", "one");
    await expect(failed).rejects.toThrow(`HEAD http://${address}/v2/a/manifests/one failed: ECONNREFUSED`);
  });
});

describe("failures that stay", () => {
  test("a manifest of other bytes than its digest is refused", async () => {
    const { registry, client } = await fake();
    await pushImage(client, "a", "one", image);
    registry.fail({ method: "GET", path: /manifests/, times: 2, corrupt: true });
    await expect(getManifest(client, "a", "one")).rejects.toThrow(/DIGEST_MISMATCH/);
    await expect(getManifest(client, "a", image.manifest.digest)).rejects.toThrow(/DIGEST_MISMATCH/);
    registry.fail({ method: "PUT", path: /manifests/, times: 1, wrongDigest: true });
    await expect(putManifest(client, "a", "one", image.manifest)).rejects.toThrow(/DIGEST_MISMATCH/);
  });

  test("a blob of other bytes fails its stream", async () => {
    const { registry, client } = await fake();
    await pushImage(client, "a", "one", image);
    registry.fail({ method: "GET", path: /blobs/, times: 1, corrupt: true });
    await expect(buffer(openBlob(client, "a", image.config))).rejects.toThrow(/came instead of/);
  });

  test("404 of something that is no registry proves nothing", async () => {
    const { address } = await serving((_request, response) => response.writeHead(404).end("<html>not here</html>"));
    await expect(headManifest(clientOf(address), "a", "one")).rejects.toThrow(
      `GET http://${address}/v2/ failed: 404: <html>not here</html>`,
    );
  });

  test("the registry's own words are quoted, but not without end", async () => {
    const errors = [{ code: "DENIED", message: "no", detail: "x".repeat(5000) }];
    const { address } = await serving((_request, response) => response.writeHead(403).end(JSON.stringify({ errors })));
    const error: Error = await headManifest(clientOf(address), "a", "one").then(fail, (reason) => reason);
    expect(error.message).toContain("failed: 403");
    const got: Error = await getManifest(clientOf(address), "a", "one").then(fail, (reason) => reason);
    expect(got).toMatchObject({ status: 403, code: "DENIED", temporary: false });
    expect(got.message.length).toBeLessThan(800);
  });

  test("a caller's signal ends waiting and work with its own reason", async () => {
    const { registry, client } = await fake({}, { backoff: 60_000 });
    registry.fail({ method: "HEAD", path: /./, times: 1, status: 500 });
    const reason = new Error("cancelled");
    const abort = new AbortController();
    const looking = headManifest(client, "a", "one", abort.signal);
    setTimeout(() => abort.abort(reason), 50);
    await expect(looking).rejects.toBe(reason);
    await expect(headManifest(client, "a", "one", abort.signal)).rejects.toBe(reason);
  });
});

describe("bearer tokens", () => {
  const access = { mode: "bearer", ...LOGIN } as const;

  test("are fetched once a scope, and again when they were revoked", async () => {
    const { registry, client } = await fake({ access }, LOGIN);
    await pushImage(client, "a", "one", image);
    await headManifest(client, "a", "one");
    // One for `/v2/` itself, one to pull, one to push.
    expect(registry.access.tokensIssued).toBe(3);
    const before = registry.access.tokensIssued;
    registry.access.revokeAll();
    expect(await headManifest(client, "a", "one")).toMatchObject({ digest: image.manifest.digest });
    expect(registry.access.tokensIssued).toBe(before + 1);
  });

  test("are renewed before they end", async () => {
    const { registry, client } = await fake({ access }, LOGIN);
    await pushImage(client, "a", "one", image);
    const before = registry.access.tokensIssued;
    const sent = registry.requests.length;
    const now = Date.now();
    const clock = jest.spyOn(Date, "now").mockReturnValue(now + 280_000);
    await headManifest(client, "a", "one").finally(() => clock.mockRestore());
    expect(registry.access.tokensIssued).toBe(before + 1);
    expect(registry.requests.slice(sent)).toEqual(["GET /token", "HEAD /v2/a/manifests/one"]);
  });

  test("are refused for a wrong password, which no error repeats", async () => {
    const { client } = await fake({ access }, { ...LOGIN, password: "a guess" });
    const error: Error = await headManifest(client, "a", "one").then(fail, (reason) => reason);
    expect(error.message).toMatch(/GET http:.*\/token failed: 401: .*incorrect/);
    expect(error.message).not.toContain("guess");
  });
});

describe("redirects", () => {
  test("are followed without credentials when they lead elsewhere", async () => {
    const other = await fake();
    await pushImage(other.client, "a", "one", image);
    const seen: (string | undefined)[] = [];
    const { address } = await serving((request, response) => {
      seen.push(request.headers.authorization);
      const challenge = { "www-authenticate": 'Basic realm="x"' };
      if (!request.headers.authorization) response.writeHead(401, challenge).end();
      else
        response
          .writeHead(307, { location: `http://${other.registry.address}${request.url}?X-Signature=secret` })
          .end();
    });
    const client = clientOf(address, LOGIN);
    other.registry.authorizations.length = 0;
    expect(await buffer(openBlob(client, "a", image.config))).toEqual(await buffer(image.config.open()));
    expect(seen.at(-1)).toMatch(/^Basic /);
    expect(other.registry.authorizations).toEqual([undefined]);
  });

  test("that never end are an error without the query of the address", async () => {
    const { address } = await serving((_request, response) =>
      response.writeHead(307, { location: "/v2/x?sig=secret" }).end(),
    );
    const error: Error = await buffer(openBlob(clientOf(address), "a", image.config)).then(fail, (reason) => reason);
    expect(error.message).toContain("failed: 307");
    expect(error.message).not.toContain("secret");
  });

  test("of a write are not followed", async () => {
    const { address } = await serving((_request, response) =>
      response.writeHead(307, { location: "/elsewhere" }).end(),
    );
    await expect(putManifest(clientOf(address), "a", "one", image.manifest)).rejects.toMatchObject({ status: 307 });
  });
});

test("HTTPS is spoken unless plain HTTP was allowed", async () => {
  const { registry } = await fake();
  const client = clientOf(registry.address, { insecure: false, attempts: 1 });
  await expect(headManifest(client, "a", "one")).rejects.toThrow(
    `HEAD https://${registry.address}/v2/a/manifests/one failed`,
  );
  expect(registry.requests).toEqual([]);
});

test.each(["http://127.0.0.1:5000", "user:secret@host:5000", "host:5000/path", "", "host:99999"])(
  "%p is no address",
  (address) => {
    expect(() => new RegistryClient({ address })).toThrow(/no registry address/);
  },
);

test("tags come page by page", async () => {
  const { registry, client } = await fake();
  await pushImage(client, "a", "tag", image);
  for (let index = 0; index < 2500; index++)
    registry.routes.repository("a").tags.set(`t${index}`, image.manifest.digest);
  expect(new Set(await listTags(client, "a")).size).toBe(2501);
});

function fail(): never {
  throw new Error("this was to fail");
}
