import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { DownloadClient } from "../../../../lib/http/download-client";

let proxy: Server;
const asked: string[] = [];

beforeEach(async () => {
  proxy = createServer(({ url }, answer) => {
    asked.push(url ?? "");
    answer.end("by proxy");
  });
  // As most proxies do for any port but 443.
  proxy.on("connect", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  process.env["http_proxy"] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterEach(async () => {
  delete process.env["http_proxy"];
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});

test("plain HTTP is asked of a proxy as such, without a tunnel, which most refuse", async () => {
  const client = new DownloadClient();
  try {
    const { body } = await client.get(new URL("http://archive.test/debian/file"), {}, [200]);
    expect(await text(body)).toBe("by proxy");
    expect(asked).toEqual(["http://archive.test/debian/file"]);
  } finally {
    await client.close();
  }
});
