import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

export interface CuttingProxy {
  readonly address: string;
  readonly cuts: number;
  close(): Promise<void>;
}

/** A way to a server that breaks the first connection over which more than `bytes` went. */
export async function cuttingProxy(to: string, bytes: number): Promise<CuttingProxy> {
  const [host, port] = to.split(":") as [string, string];
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    let passed = 0;
    const end = () => {
      for (const socket of [near, far]) socket.destroy();
    };
    for (const [source, sink] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(source);
      source.on("data", (chunk) => {
        passed += chunk.length;
        if (cuts > 0 || passed <= bytes) return;
        cuts++;
        end();
      });
      source.pipe(sink);
      source.on("close", end).on("error", end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
