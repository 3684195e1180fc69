import { createReadStream, fstatSync, openSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

const JSON_TYPE = "application/vnd.pypi.simple.v1+json";

export interface Web {
  address: string;
  /** Paths that were asked for and not there. */
  missed: string[];
  close(): Promise<void>;
}

/** A web server over a directory that does what nginx is told in ADR 12. */
export async function startWeb(directory: string): Promise<Web> {
  const missed: string[] = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname));
    const json = request.headers.accept?.includes(JSON_TYPE) === true;
    const file = join(directory, path.endsWith("/") ? `${path}${json ? "index.json" : "index.html"}` : path);
    try {
      // Opened once: by its name it may be another one a moment later.
      const fd = openSync(file, "r");
      const { size } = fstatSync(fd);
      const type = file.endsWith(".json")
        ? JSON_TYPE
        : file.endsWith(".html")
          ? "text/html"
          : "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-length": size });
      createReadStream(file, { fd }).pipe(response);
    } catch {
      missed.push(path);
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    missed,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
