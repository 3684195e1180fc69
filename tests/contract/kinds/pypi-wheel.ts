import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Digest, digestOf } from "../../../lib/content/digest";
import { ContentStore } from "../../../lib/content/store";
import { LocalHost } from "../../../lib/host/local";
import { buildWheel } from "../../../lib/pypi/build-wheel";
import { bringSdist, keepWheel, wheelShelf, wheelStanding } from "../../../lib/pypi/wheel";
import { Wheel } from "../../../providers/pypi/wheel";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { sdistOf } from "../../support/pypi/sdist";
import { TestIndex } from "../../support/pypi/upstream";

const MACHINES: Record<string, string> = { x64: "x86_64", arm64: "aarch64", s390x: "s390x" };

export const pypiWheel: MakeFixture = () => {
  let upstream: TestIndex;
  let root: string;
  const host = { kind: "local", name: "localhost" } as const;
  const store = () => new ContentStore(root);
  const python = execFileSync("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).toString().trim();
  const target = { python, architecture: MACHINES[process.arch], glibc: "2.99" };
  const sdist = (version: string) => {
    const { filename, bytes } = sdistOf("tool", version);
    const url = upstream.simple.replace("/simple", `/files/tool/${filename}`);
    return { url, filename, digest: digestOf(bytes), size: bytes.length };
  };
  const args = () => ({
    ...{ host, store: root, name: "tool", builder: host, deleteData: true },
    sdist: sdist("1.0"),
    target,
  });
  const entries = (directory: string) => {
    try {
      return readdirSync(join(root, directory)).map((name) => `${directory}/${name}`);
    } catch {
      return [];
    }
  };
  return {
    resource: Wheel,
    module: "providers/pypi/wheel",
    async setup() {
      upstream = await TestIndex.start();
      for (const version of ["1.0", "2.0"]) upstream.offer("tool", sdistOf("tool", version));
      root = mkdtempSync(join(tmpdir(), "pypi-wheel-"));
    },
    async teardown() {
      await upstream.close();
      rmSync(root, { recursive: true });
    },
    args,
    changed: () => ({ ...args(), sdist: sdist("2.0") }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { sdist: { url: "ftp://a", filename: "a/b", digest: "sha256:0", size: 1 } }, path: "sdist.url" },
      { args: { target: { python: "3", architecture: "x86_64" } }, path: "target.python" },
    ],
    async drift() {
      const { wheel } = (await wheelStanding(store(), "tool")) ?? { wheel: { digest: "" as Digest } };
      rmSync(store().path(wheel.digest));
      return "sdist";
    },
    lose: () => wheelShelf.forget(store(), "tool", true),
    async foreign() {
      const from = sdist("2.0");
      const signal = new AbortController().signal;
      await bringSdist(store(), "tool", from, undefined, signal);
      const bytes = sdistOf("tool", "2.0");
      await keepWheel(
        store(),
        "tool",
        from,
        await buildWheel(new LocalHost("localhost"), bytes, target as never, signal),
      );
    },
    foreignIntact: async () => (await wheelStanding(store(), "tool"))?.sdist.filename === "tool-2.0.tar.gz",
    removeForeign: () => wheelShelf.forget(store(), "tool", true),
    residue: async () => [...entries("wheels"), ...entries("pins"), ...entries("blobs/sha256")],
    unreachable: () => ({ host: refusing("localhost") }),
    dormant: () => ({ host: refusing("localhost", { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
