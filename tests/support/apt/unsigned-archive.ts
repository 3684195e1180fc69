import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { AptSource } from "../../../lib/debian/apt-source";
import { ARCHITECTURES, type Architecture } from "../../../lib/debian/emulation";
import { debOf } from "./deb";

const SUITE = "site";

/** Of this machine, in Debian's words. */
export const architecture = (): Architecture =>
  ({ x64: "amd64", arm64: "arm64", s390x: "s390x" })[process.arch as "x64"] as Architecture;

/** An unsigned apt archive on a loopback port, with packages of one file each; all in memory. */
export class AptArchive {
  private files = new Map<string, Buffer>();

  private constructor(private readonly server: Server) {
    server.on("request", ({ url }, answer) => {
      const file = this.files.get(url ?? "");
      answer.writeHead(file ? 200 : 404).end(file);
    });
  }

  static async start(): Promise<AptArchive> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new AptArchive(server);
  }

  get source(): AptSource {
    const { port } = this.server.address() as AddressInfo;
    return { uri: `http://127.0.0.1:${port}/apt`, suites: [SUITE], components: ["main"], trusted: true };
  }

  /** Lets the archive hold these packages and no others, as of a date: name and what its file says. */
  publish(packages: Record<string, string>, date = "Fri, 20 Nov 2026 00:12:42 UTC"): void {
    const files = new Map<string, Buffer>();
    const stanzas = Object.entries(packages).map(([name, text]) => {
      const { control, deb } = debOf(name, "1", text);
      files.set(`/apt/pool/${name}.deb`, deb);
      return `${control}Filename: pool/${name}.deb\nSize: ${deb.length}\nSHA256: ${sha256(deb)}\n\n`;
    });
    const index = Buffer.from(stanzas.join(""));
    const paths = ARCHITECTURES.map((each) => `main/binary-${each}/Packages`);
    for (const path of paths) files.set(`/apt/dists/${SUITE}/${path}`, index);
    const release = [
      ...[`Suite: ${SUITE}`, `Codename: ${SUITE}`, `Date: ${date}`, `Architectures: ${ARCHITECTURES.join(" ")}`],
      ...["Components: main", "SHA256:", ...paths.map((path) => ` ${sha256(index)} ${index.length} ${path}`), ""],
    ];
    files.set(`/apt/dists/${SUITE}/Release`, Buffer.from(release.join("\n")));
    this.files = files;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
