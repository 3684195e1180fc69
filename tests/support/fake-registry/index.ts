import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Access, type AccessOptions } from "./access";
import { distort, type Fault, Faults } from "./faults";
import { Routes } from "./routes";

export interface FakeRegistryOptions {
  access?: AccessOptions;
  deletes?: boolean;
}

/** A registry in this process: as strict as the real one where it matters, and faulty where the test says so. */
export class FakeRegistry {
  /** Every request so far, as `GET /v2/…`. */
  readonly requests: string[] = [];
  /** The Authorization header of each, for proving what leaves where. */
  readonly authorizations: (string | undefined)[] = [];
  /** Bytes of all requests so far. */
  received = 0;
  readonly access: Access;
  readonly routes: Routes;
  private readonly faults = new Faults();
  private readonly server: Server;

  private constructor({ access = { mode: "none", username: "", password: "" }, deletes = true }: FakeRegistryOptions) {
    this.access = new Access(access);
    this.routes = new Routes(deletes);
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  static async start(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
    const registry = new FakeRegistry(options);
    await new Promise<void>((resolve) => registry.server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  fail(fault: Fault): void {
    this.faults.add(fault);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const method = request.method ?? "GET";
    this.requests.push(`${method} ${url.pathname}`);
    this.authorizations.push(request.headers.authorization);
    const fault = this.faults.take(method, url.pathname);
    if (fault?.status !== undefined) {
      response.writeHead(fault.status, fault.headers).end();
      return;
    }
    const { socket } = request;
    const { body, whole } = await readBody(request, fault?.cutAfter);
    this.received += body.length;
    if (!whole) {
      this.routes.cut(method, url, body);
      socket.destroy();
      return;
    }
    if (fault?.delay) await sleep(fault.delay, undefined, { ref: false });
    if (fault) distort(response, fault);
    if (url.pathname === "/token") this.access.serveToken(request, response, url);
    else if (this.access.admit(request, response, scopeOf(method, url)))
      this.routes.serve({ request, response, url, body });
  }
}

async function readBody(
  request: IncomingMessage,
  cutAfter = Number.POSITIVE_INFINITY,
): Promise<{ body: Buffer; whole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let whole = true;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      whole = size <= cutAfter;
      if (!whole) break;
    }
  } catch {
    // The client broke off: there is nobody left to answer.
    whole = false;
  }
  return { body: Buffer.concat(chunks), whole };
}

function scopeOf(method: string, url: URL): string | undefined {
  const [, name] = /^\/v2\/(.+?)\/(manifests|blobs|tags)\//.exec(url.pathname) ?? [];
  if (name === undefined) return undefined;
  const actions = method === "GET" || method === "HEAD" ? "pull" : method === "DELETE" ? "delete" : "pull,push";
  return `repository:${name}:${actions}`;
}
