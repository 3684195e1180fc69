import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { wheelOf } from "../../../tests/support/pypi/wheel";

/** An index of large wheels on disk, one a project, as PyPI answers: simple pages, JSON of projects, and its serials. */
export class BigIndex {
  readonly names: string[] = [];
  readonly files: string[] = [];

  /** `address` is where the directory will be served. */
  constructor(
    private readonly directory: string,
    private readonly address: string,
    count: number,
    private readonly size: number,
  ) {
    for (let n = 0; n < count; n++) this.put(`project-${n}`);
    this.tell([]);
  }

  /** One more project, with one wheel. */
  add(): void {
    const name = `project-${this.names.length}`;
    this.put(name);
    this.tell([name]);
  }

  private put(name: string): void {
    const { filename, bytes } = wheelOf(name, "1.0", { data: randomBytes(this.size) });
    const path = `packages/${name}/${filename}`;
    this.write(path, bytes);
    this.files.push(path);
    const url = `http://${this.address}/${path}`;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const common = { filename, url, size: bytes.length, yanked: false };
    const listed = [{ ...common, hashes: { sha256 } }];
    this.write(`simple/${name}/index.json`, JSON.stringify({ meta: { "api-version": "1.1" }, name, files: listed }));
    const upload = { packagetype: "bdist_wheel", requires_python: null, upload_time_iso_8601: "2026-01-01T00:00:00Z" };
    const released = { ...common, ...upload, yanked_reason: null, digests: { sha256, md5: "" } };
    const serial = this.names.push(name);
    const told = { info: { name, version: "1.0" }, last_serial: serial, releases: { "1.0": [released] }, urls: [] };
    this.write(`pypi/${name}/json`, JSON.stringify(told));
  }

  /** All projects with their serials, and which changed since whoever asks has asked last. */
  private tell(changed: readonly string[]): void {
    const int = (value: number) => `<value><int>${value}</int></value>`;
    const text = (value: string) => `<value><string>${value}</string></value>`;
    const list = (values: readonly string[]) => `<value><array><data>${values.join("")}</data></array></value>`;
    const answer = (value: string) =>
      `<?xml version='1.0'?><methodResponse><params><param>${value}</param></params></methodResponse>`;
    const members = this.names.map((name, n) => `<member><name>${name}</name>${int(n + 1)}</member>`);
    this.write("rpc/list_packages_with_serial", answer(`<value><struct>${members.join("")}</struct></value>`));
    const since = changed.map((name) =>
      list([text(name), text("1.0"), int(0), text("new release"), int(this.names.indexOf(name) + 1)]),
    );
    this.write("rpc/changelog_since_serial", answer(list(since)));
  }

  private write(path: string, content: string | Buffer): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
