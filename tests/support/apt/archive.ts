import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

/** A key an archive is signed with, and the keyring its clients hold. */
export class ArchiveKey {
  private readonly home = mkdtempSync(join(tmpdir(), "archive-key-"));
  readonly keyring = join(this.home, "archive.gpg");
  readonly fingerprint: string;

  constructor(name = "archive") {
    this.gpg(["--passphrase", "", "--quick-gen-key", name, "ed25519", "sign", "never"]);
    this.fingerprint = /^fpr:+(\w+):/m.exec(this.gpg(["--with-colons", "--list-keys"]).toString())?.[1] ?? "";
    writeFileSync(this.keyring, this.gpg(["--export"]));
  }

  sign(text: string): Buffer {
    return this.gpg(["--clearsign"], text);
  }

  signDetached(text: string): Buffer {
    return this.gpg(["--armor", "--detach-sign"], text);
  }

  remove(): void {
    rmSync(this.home, { recursive: true });
  }

  private gpg(args: string[], input = ""): Buffer {
    const quiet = ["--homedir", this.home, "--batch", "--quiet", "--yes", "--pinentry-mode", "loopback"];
    return execFileSync("gpg", [...quiet, ...args], { input, stdio: ["pipe", "pipe", "ignore"] });
  }
}

export interface TestPackage {
  name: string;
  version: string;
  architecture: string;
  bytes: Buffer;
  /** More lines of its stanza, such as what it depends on. */
  control?: string;
}

export const packageOf = (name: string, version = "1", size = 1000, architecture = "amd64"): TestPackage => ({
  ...{ name, version, architecture },
  bytes: Buffer.alloc(size, `${name} ${version} ${architecture}\n`),
});

export interface PublishOptions {
  key: ArchiveKey;
  date?: Date;
  validUntil?: Date;
  byHash?: boolean;
  /** Release and Release.gpg instead of InRelease. */
  detached?: boolean;
  component?: string;
  architectures?: string[];
}

/** What an archive does wrong, once per request it fits, `times` times. */
export interface Fault {
  path: RegExp;
  times?: number;
  status?: number;
  /** Bytes after which the connection is cut. */
  cutAfter?: number;
  /** Changes what is sent. */
  bytes?: (sent: Buffer) => Buffer;
  /** Milliseconds before the answer. */
  delay?: number;
  redirect?: string;
  ignoreRange?: boolean;
}

const root = (suite: string): string => (suite.endsWith("/") ? suite : `dists/${suite}/`);

/** An apt archive in this process: real metadata, really signed, and faulty where the test says so. */
export class TestArchive {
  readonly files = new Map<string, Buffer>();
  readonly requests: string[] = [];
  readonly faults: Fault[] = [];
  bytesSent = 0;
  private address = "";
  private port = 0;
  private server: Server | undefined;

  static async start(address = "127.0.0.1"): Promise<TestArchive> {
    const archive = new TestArchive();
    const server = createServer((request, response) => archive.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    archive.server = server;
    archive.address = address;
    archive.port = (server.address() as AddressInfo).port;
    return archive;
  }

  get uri(): string {
    return `http://${this.address}:${this.port}/debian`;
  }

  /** Puts a suite of these packages in the place of the one before it. */
  publish(suite: string, packages: readonly TestPackage[], options: PublishOptions): void {
    const { component = "main", architectures = ["amd64"], byHash = true } = options;
    const sums: string[] = [];
    const flat = suite.endsWith("/");
    for (const architecture of flat ? architectures.slice(0, 1) : architectures) {
      const index = packages
        .filter((each) => [architecture, "all"].includes(each.architecture))
        .map((each) => this.pool(each));
      const path = flat ? "Packages" : `${component}/binary-${architecture}/Packages`;
      this.index(suite, path, index.join("\n"), byHash, sums);
    }
    const { key, date = new Date(), validUntil } = options;
    const text = [
      `Origin: Test\nLabel: Test\nSuite: ${suite}\nCodename: ${suite}\nDate: ${date.toUTCString()}`,
      ...(validUntil ? [`Valid-Until: ${validUntil.toUTCString()}`] : []),
      ...(byHash ? ["Acquire-By-Hash: yes"] : []),
      `Architectures: ${architectures.join(" ")}\nComponents: ${component}\nSHA256:\n${sums.join("\n")}\n`,
    ].join("\n");
    const at = (name: string) => `${root(suite)}${name}`;
    for (const name of ["InRelease", "Release", "Release.gpg"]) this.files.delete(at(name));
    if (!options.detached) this.files.set(at("InRelease"), key.sign(text));
    else {
      this.files.set(at("Release"), Buffer.from(text));
      this.files.set(at("Release.gpg"), key.signDetached(text));
    }
  }

  fail(fault: Fault): void {
    this.faults.push({ times: 1, ...fault });
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private pool({ name, version, architecture, bytes, control }: TestPackage): string {
    const path = `pool/main/${name[0]}/${name}/${name}_${version}_${architecture}.deb`;
    this.files.set(path, bytes);
    const head = `Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\nMaintainer: Test <t@example.org>`;
    return `${head}\n${control === undefined ? "" : `${control}\n`}Filename: ${path}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\nDescription: a test\n`;
  }

  private index(suite: string, path: string, text: string, byHash: boolean, sums: string[]): void {
    const plain = Buffer.from(text);
    sums.push(` ${sha256(plain)} ${plain.length} ${path}`);
    const packed = { ".gz": gzipSync(plain), ".xz": execFileSync("xz", ["-c"], { input: plain }) };
    for (const [ending, bytes] of Object.entries(packed)) {
      sums.push(` ${sha256(bytes)} ${bytes.length} ${path}${ending}`);
      this.files.set(`${root(suite)}${path}${ending}`, bytes);
      const directory = path.replace(/[^/]*$/, "");
      if (byHash) this.files.set(`${root(suite)}${directory}by-hash/SHA256/${sha256(bytes)}`, bytes);
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? "").replace(/^\/debian\//, ""));
    this.requests.push(path);
    const fault = this.faults.find((each) => (each.times ?? 0) > 0 && each.path.test(path));
    if (fault) fault.times = (fault.times ?? 1) - 1;
    if (fault?.delay) await new Promise((resolve) => setTimeout(resolve, fault.delay));
    if (fault?.redirect) return void response.writeHead(302, { location: fault.redirect }).end();
    if (fault?.status) return void response.writeHead(fault.status).end();
    const whole = this.files.get(path);
    if (!whole) return void response.writeHead(404).end();
    const etag = `"${sha256(whole).slice(0, 16)}"`;
    if (request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
    const start = fault?.ignoreRange ? 0 : Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const body = (fault?.bytes?.(whole) ?? whole).subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { etag, "content-length": body.length });
    const sent = fault?.cutAfter === undefined ? body : body.subarray(0, fault.cutAfter);
    this.bytesSent += sent.length;
    if (fault?.cutAfter === undefined) response.end(sent);
    else response.write(sent, () => response.destroy());
  }
}
