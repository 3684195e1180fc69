import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

/** A web server over a directory, as plain as they come: files, and the index.html of directories. */
export class StaticServer {
  readonly requests: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async start(root: string): Promise<StaticServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const started = new StaticServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", async ({ url = "/" }, response) => {
      const path = normalize(decodeURIComponent(new URL(url, started.address).pathname));
      started.requests.push(path);
      const file = join(root, path.endsWith("/") ? `${path}index.html` : path);
      const bytes = await readFile(file).catch(() => undefined);
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    return started;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
