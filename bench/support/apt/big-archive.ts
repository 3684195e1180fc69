import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ArchiveKey } from "../../../tests/support/apt/archive";

interface Package {
  name: string;
  version: number;
  stanza: string;
  path: string;
}

const digest = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest("hex");
/** As long as the fields of a real stanza that no mirror reads: Debian's have 790 bytes in the mean. */
const FILL = `Depends: ${"libexample1 (>= 1.2.3), ".repeat(12)}libc6\nTag: ${"role::program, ".repeat(10)}works-with::file`;

/** An apt archive on disk, large and signed: metadata as Debian's, packages of random bytes. */
export class BigArchive {
  private readonly suites = new Map<string, Package[]>();
  private day = 0;

  constructor(
    readonly directory: string,
    private readonly key: ArchiveKey,
    count: number,
    private readonly size: number,
    suites: number,
  ) {
    for (let n = 0; n < suites; n++) {
      const own = Math.floor(count / suites);
      const packages = Array.from({ length: own }, (_, index) => this.make(`package-${n}-${index}`, index >> 1, 1));
      this.suites.set(`suite-${n}`, packages);
    }
    this.publish();
    // Whoever comes first and syncs its own files would wait for all of these.
    execFileSync("sync", ["--file-system", this.directory]);
  }

  get names(): string[] {
    return [...this.suites.keys()];
  }

  /** Of all packages. */
  get bytes(): number {
    return this.size * [...this.suites.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Another version of this part of each suite, as a day's updates are. */
  change(part: number): void {
    for (const packages of this.suites.values()) {
      const step = Math.floor(1 / part);
      for (let index = this.day % step; index < packages.length; index += step) {
        const { name, version, path } = packages[index] as Package;
        rmSync(join(this.directory, path));
        packages[index] = this.make(name, index >> 1, version + 1);
      }
    }
    this.publish();
  }

  private make(name: string, source: number, version: number): Package {
    const path = `debian/pool/main/${source % 30}/source-${source}/${name}_${version}_amd64.deb`;
    const bytes = randomBytes(this.size);
    this.write(path, bytes);
    const sums = `MD5sum: ${digest("md5", bytes)}\nSHA256: ${digest("sha256", bytes)}`;
    const head = `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: Bench <bench@example.org>`;
    const file = `Filename: ${path.slice("debian/".length)}\nSize: ${bytes.length}\n${sums}`;
    const stanza = `${head}\n${FILL}\nSection: misc\nPriority: optional\n${file}\nDescription: a package\n`;
    return { name, version, path, stanza };
  }

  private publish(): void {
    const date = new Date(Date.UTC(2026, 0, ++this.day)).toUTCString();
    for (const [suite, packages] of this.suites) {
      const at = `debian/dists/${suite}`;
      const plain = Buffer.from(packages.map(({ stanza }) => stanza).join("\n"));
      const packed = execFileSync("xz", ["-0", "-T0"], { input: plain, maxBuffer: 2 ** 30 });
      const files = { "": plain, ".gz": gzipSync(plain, { level: 1 }), ".xz": packed };
      const index = "main/binary-amd64/Packages";
      const sums = (algorithm: string) =>
        Object.entries(files).map(([end, each]) => ` ${digest(algorithm, each)} ${each.length} ${index}${end}`);
      for (const [end, bytes] of Object.entries(files)) this.write(`${at}/${index}${end}`, bytes);
      const text = [
        ...[`Origin: Bench`, `Label: Bench`, `Suite: ${suite}`, `Codename: ${suite}`, `Date: ${date}`],
        ...["Architectures: amd64", "Components: main", "MD5Sum:", ...sums("md5"), "SHA256:", ...sums("sha256"), ""],
      ].join("\n");
      this.write(`${at}/InRelease`, this.key.sign(text));
      this.write(`${at}/Release`, Buffer.from(text));
      this.write(`${at}/Release.gpg`, this.key.signDetached(text));
    }
  }

  private write(path: string, bytes: Buffer): void {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(join(this.directory, path), bytes);
  }
}
