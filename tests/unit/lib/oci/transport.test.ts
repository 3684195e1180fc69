import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { digestOf } from "../../../../lib/content/digest";
import { readBlob } from "../../../../lib/oci/blobs";
import { RegistryClient } from "../../../../lib/oci/client";
import { headManifest } from "../../../../lib/oci/manifests";

test("looks and small blobs, one after the other, share one connection", async () => {
  const bytes = Buffer.from("{}");
  const head = { "docker-content-digest": digestOf(bytes), "content-length": bytes.length };
  const server = createServer((_request, response) => response.writeHead(200, head).end(bytes));
  let connections = 0;
  server.on("connection", () => connections++);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new RegistryClient({ address, insecure: true, connections: 1 });
  try {
    for (let round = 0; round < 5; round++) {
      await headManifest(client, "a", "one");
      await readBlob(client, "a", { digest: digestOf(bytes), size: bytes.length });
    }
    expect(connections).toBe(1);
  } finally {
    await client.close();
    await new Promise((closed) => server.close(closed));
  }
});
