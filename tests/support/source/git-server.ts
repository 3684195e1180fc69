import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that speaks git over HTTP, by git's own program, and fails where a test says so. */
export class GitServer {
  readonly requests: string[] = [];
  /** What the next requests are answered with instead: a status, an end in the middle, or nothing else. */
  readonly faults: (number | "cut" | undefined)[] = [];

  private constructor(
    private readonly server: Server,
    private readonly root: string,
  ) {
    server.on("request", (request, response) => this.answer(request, response));
  }

  static async start(root: string): Promise<GitServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new GitServer(server, root);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", this.address);
    this.requests.push(`${request.method} ${url.pathname}`);
    const fault = this.faults.shift();
    if (typeof fault === "number") return void response.writeHead(fault).end();
    const env = {
      ...{ PATH: process.env["PATH"], GIT_PROJECT_ROOT: this.root, GIT_HTTP_EXPORT_ALL: "1", GIT_CONFIG_COUNT: "1" },
      ...{ GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*", REQUEST_METHOD: request.method },
      ...{ PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), CONTENT_TYPE: request.headers["content-type"] },
      ...{ HTTP_CONTENT_ENCODING: request.headers["content-encoding"], GIT_PROTOCOL: request.headers["git-protocol"] },
    } as NodeJS.ProcessEnv;
    const cgi = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "inherit"] });
    request.pipe(cgi.stdin);
    const chunks: Buffer[] = [];
    cgi.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    cgi.on("close", () => send(Buffer.concat(chunks), response, fault === "cut"));
  }
}

/** Header lines, an empty one, the body: the answer of a CGI program. */
function send(output: Buffer, response: ServerResponse, cut: boolean): void {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.subarray(0, end).toString().split("\r\n");
  const headers = new Map(lines.map((line) => line.split(": ") as [string, string]));
  const status = Number.parseInt(headers.get("Status") ?? "200", 10);
  headers.delete("Status");
  const body = output.subarray(end + 4);
  response.writeHead(status, { ...Object.fromEntries(headers), "content-length": body.length });
  if (cut) response.write(body.subarray(0, body.length / 2), () => response.destroy());
  else response.end(body);
}
