import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { openBlob } from "../../../lib/oci/blobs";
import { RegistryClient } from "../../../lib/oci/client";
import { headManifest } from "../../../lib/oci/manifests";
import { pushImage } from "../../../lib/oci/push";
import { selfSigned } from "../../support/certificate";
import { FakeRegistry } from "../../support/fake-registry";
import { LOGIN } from "../../support/registry";
import { imageFor } from "../../support/registry-suite";

const image = imageFor("amd64");
let plain: FakeRegistry;
let server: Server;
let ca: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const clients: RegistryClient[] = [];

beforeAll(async () => {
  const { pem, key, remove } = selfSigned();
  remove();
  ca = pem;
  server = createServer({ key, cert: ca }, (request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  plain = await FakeRegistry.start();
  await pushImage(clientOf(plain.address, { insecure: true }), "a", "one", image);
  plain.requests.length = 0;
});
afterAll(async () => {
  for (const client of clients) await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await plain.close();
});

const secure = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

function clientOf(address: string, options: { insecure?: boolean; ca?: string }): RegistryClient {
  const client = new RegistryClient({ address, ...LOGIN, attempts: 1, ...options });
  clients.push(client);
  return client;
}

test("a certificate is trusted by the authority given, and by no other", async () => {
  const digest = image.manifest.digest;
  answer = (_request, response) => response.writeHead(200, { "docker-content-digest": digest }).end();
  expect(await headManifest(clientOf(secure(), { ca }), "a", "one")).toMatchObject({ digest });
  const unknown = headManifest(clientOf(secure(), {}), "a", "one");
  await expect(unknown).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT", temporary: false });
});

test("a registry on HTTPS cannot send a download to plain HTTP", async () => {
  answer = (request, response) => response.writeHead(307, { location: `http://${plain.address}${request.url}` }).end();
  const download = buffer(openBlob(clientOf(secure(), { ca }), "a", image.config));
  await expect(download).rejects.toThrow(/plain HTTP, which was not allowed. Try: insecure: true/);
  expect(plain.requests).toEqual([]);
});

test("nor a password to a token service on plain HTTP", async () => {
  const challenge = `Bearer realm="http://${plain.address}/token",service="x"`;
  answer = (_request, response) => response.writeHead(401, { "www-authenticate": challenge }).end();
  await expect(headManifest(clientOf(secure(), { ca }), "a", "one")).rejects.toThrow(
    /plain HTTP, which was not allowed/,
  );
  expect(plain.requests).toEqual([]);
});
