import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "../certificate";
import type { Built } from "./wheel";

export interface Offered extends Built {
  requiresPython?: string;
  yanked?: boolean | string;
  uploadTime?: string;
  /** Announced METADATA. */
  metadata?: string;
  /** Attestations, and so a URL of them. */
  provenance?: string;
  /** What the page claims instead of the truth. */
  claims?: { sha256?: string; size?: number };
}

export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** An index as PyPI runs one: JSON or HTML, entity tags, and faults where a test wants them. */
export class TestIndex {
  readonly requests: string[] = [];
  private readonly projects = new Map<string, Offered[]>();
  /** Answers in place of the index where it returns true. */
  fault: Fault = () => false;
  html = false;

  private constructor(
    private readonly server: Server,
    private readonly scheme: "http" | "https",
  ) {}

  /** Over TLS, where it is given a certificate. */
  static async start(certificate?: Certificate): Promise<TestIndex> {
    const answer = (request: IncomingMessage, response: ServerResponse) => index.answer(request, response);
    const server = certificate
      ? createSecureServer({ cert: certificate.pem, key: certificate.key }, answer)
      : createServer(answer);
    const index = new TestIndex(server, certificate ? "https" : "http");
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return index;
  }

  get simple(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}/simple`;
  }

  offer(project: string, ...files: Offered[]): void {
    this.projects.set(project, [...(this.projects.get(project) ?? []), ...files]);
  }

  withdraw(project: string): void {
    this.projects.delete(project);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const [, kind, name = "", file] = decodeURIComponent(request.url ?? "").split("/");
    this.requests.push(request.url ?? "");
    if (this.fault(request, response)) return;
    const files = this.projects.get(name);
    if (!files) response.writeHead(404).end();
    else if (kind === "simple") this.page(name, files, request, response);
    else {
      const found = files.find(({ filename }) => filename === file?.replace(/\.provenance$/, ""));
      const bytes = file?.endsWith(".provenance") ? found?.provenance : found?.bytes;
      if (bytes === undefined) response.writeHead(404).end();
      else response.end(bytes);
    }
  }

  private page(name: string, files: readonly Offered[], request: IncomingMessage, response: ServerResponse): void {
    const text = this.html ? this.htmlOf(name, files) : this.jsonOf(name, files);
    const etag = `"${sha256(Buffer.from(text))}"`;
    if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
    else
      response
        .writeHead(200, { etag, "content-type": this.html ? "text/html" : "application/vnd.pypi.simple.v1+json" })
        .end(text);
  }

  private jsonOf(name: string, files: readonly Offered[]): string {
    return JSON.stringify({
      meta: { "api-version": "1.3" },
      name,
      files: files.map(({ filename, bytes, claims, ...file }) => ({
        filename,
        url: `../../files/${name}/${filename}`,
        hashes: { sha256: claims?.sha256 ?? sha256(bytes) },
        size: claims?.size ?? bytes.length,
        yanked: file.yanked ?? false,
        ...(file.requiresPython ? { "requires-python": file.requiresPython } : {}),
        ...(file.uploadTime ? { "upload-time": file.uploadTime } : {}),
        ...(file.metadata ? { "core-metadata": { sha256: file.metadata } } : {}),
        ...(file.provenance ? { provenance: `../../files/${name}/${filename}.provenance` } : {}),
      })),
    });
  }

  private htmlOf(name: string, files: readonly Offered[]): string {
    const anchors = files.map(
      ({ filename, bytes, requiresPython = "" }) =>
        `<a href="../../files/${name}/${filename}#sha256=${sha256(bytes)}" data-requires-python="${requiresPython.replace(">", "&gt;")}">${filename}</a>`,
    );
    return `<!DOCTYPE html><html><body>${anchors.join("\n")}</body></html>`;
  }
}
