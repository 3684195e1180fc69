import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { probe, waitUntilAnswers } from "../../../../lib/host/http-probe";
import { LocalHost } from "../../../../lib/host/local";

const host = new LocalHost();
let server: Server;
const port = () => (server.address() as AddressInfo).port;

beforeAll(async () => {
  server = createServer(({ url }, response) => response.writeHead(url === "/v2/" ? 401 : 404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test("the status of an answer, whatever it is; none where nobody answers", async () => {
  expect(await probe(host, { port: port(), path: "/v2/", tls: false })).toBe(401);
  expect(await probe(host, { port: port(), path: "/", tls: false })).toBe(404);
  expect(await probe(host, { port: 1, path: "/", tls: false })).toBeUndefined();
  expect(await probe(host, { port: port(), path: "/v2/", tls: true })).toBeUndefined();
});

test("another status than the one that means ready is told in the end", async () => {
  const wanted = { port: port(), path: "/v2/", status: 200, tls: false };
  await waitUntilAnswers(host, "registry", { ...wanted, status: 401 }, 0);
  await expect(waitUntilAnswers(host, "registry", wanted, 0)).rejects.toThrow(/answers 401 instead of 200 after 0 s/);
});

test("a host without openssl is told to get it", async () => {
  const bare: LocalHost = Object.assign(new LocalHost(), {
    exec: (argv: readonly string[], options = {}) => host.exec(["env", "PATH=/nowhere", ...absolute(argv)], options),
  });
  const asked = probe(bare, { port: port(), path: "/v2/", tls: true });
  await expect(asked).rejects.toMatchObject({ hint: "apt-get install openssl" });
});

const absolute = (argv: readonly string[]) =>
  argv.map((word, index) => (index < 4 && /^(timeout|bash)$/.test(word) ? `/usr/bin/${word}` : word));
