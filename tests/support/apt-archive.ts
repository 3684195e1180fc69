import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AptSource } from "../../lib/debian/apt-source";
import { ARCHITECTURES, type Architecture } from "../../lib/debian/emulation";

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
  async publish(packages: Record<string, string>, date = "Fri, 20 Nov 2026 00:12:42 UTC"): Promise<void> {
    const files = new Map<string, Buffer>();
    const stanzas = await Promise.all(
      Object.entries(packages).map(async ([name, text]) => {
        const { control, deb } = await pack(name, text);
        files.set(`/apt/pool/${name}.deb`, deb);
        return `${control}Filename: pool/${name}.deb\nSize: ${deb.length}\nSHA256: ${sha256(deb)}\n\n`;
      }),
    );
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

async function pack(name: string, text: string): Promise<{ control: string; deb: Buffer }> {
  const directory = await mkdtemp(join(tmpdir(), "package-"));
  const control = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: Test <test@example.org>\nDescription: one file\n`;
  const put = async (path: string, content: string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  };
  try {
    await put("root/DEBIAN/control", control);
    await put(`root/etc/${name}`, text);
    const options = { env: { ...process.env, SOURCE_DATE_EPOCH: "0" } };
    execFileSync("dpkg-deb", ["--root-owner-group", "-b", `${directory}/root`, `${directory}/it.deb`], options);
    return { control, deb: await readFile(`${directory}/it.deb`) };
  } finally {
    await rm(directory, { recursive: true });
  }
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
