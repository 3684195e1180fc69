import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Digest } from "../../../lib/content/digest";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { LocalHost } from "../../../lib/host/local";
import { buildIndex } from "../../../lib/pypi/build";
import { buildWheel } from "../../../lib/pypi/build-wheel";
import { planIndex } from "../../../lib/pypi/plan";
import { pypiPlane } from "../../../lib/pypi/plane";
import type { NeededBuild } from "../../../lib/pypi/selection";
import { bringSdist, keepWheel, wheelStanding } from "../../../lib/pypi/wheel";
import { sdistOf } from "../../support/pypi/sdist";
import { TestIndex } from "../../support/pypi/upstream";
import { startWeb } from "../../support/pypi/web";

const run = promisify(execFile);
const signal = new AbortController().signal;
const here = new LocalHost("localhost");

let upstream: TestIndex;
let root: string;
let python: string;
let store: ContentStore;
beforeAll(async () => {
  python = (await run("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])).stdout.trim();
});
beforeEach(async () => {
  upstream = await TestIndex.start();
  root = mkdtempSync(join(tmpdir(), "wheel-"));
  store = new ContentStore(join(root, "store"));
});
afterEach(async () => {
  await upstream.close();
  rmSync(root, { recursive: true });
});

/** This machine, whatever it is: newer than any glibc it may have. */
const target = () => ({
  python,
  architecture: process.arch === "s390x" ? "s390x" : MACHINES[process.arch],
  glibc: "2.99",
});
const MACHINES: Record<string, "x86_64" | "aarch64"> = { x64: "x86_64", arm64: "aarch64" };
const order = (targets = [target()]) => ({
  ...{ upstream: upstream.simple, lists: { list: "tool==1.0\n" }, targets: targets as never },
});

async function needed(): Promise<NeededBuild> {
  const [first, ...more] = (await planIndex(order())).sdists;
  expect(more).toEqual([]);
  return first as NeededBuild;
}

const bytes = (filename: string, broken?: string) => ({
  ...{ filename, bytes: sdistOf("tool", "1.0", { native: true, ...(broken === undefined ? {} : { broken }) }).bytes },
});

test("a module in C is built where no wheel is, kept with the record of how, and installed from the index alone", async () => {
  upstream.offer("tool", sdistOf("tool", "1.0", { native: true }));
  const { sdist, target: wanted } = await needed();
  const from = {
    url: sdist.url,
    filename: sdist.filename,
    digest: `sha256:${sdist.sha256}` as Digest,
    size: sdist.size,
  };
  const made = await buildWheel(here, bytes(sdist.filename), wanted, signal);
  const again = await buildWheel(here, bytes(sdist.filename), wanted, signal);
  expect(again.wheel).toBe(made.wheel);
  await bringSdist(store, "tool", from, undefined, signal);
  const { digest } = await keepWheel(store, "tool", from, made);
  const standing = await wheelStanding(store, "tool");
  expect(standing).toMatchObject({ sdist: from, wheel: { digest, filename: made.filename }, lost: false });
  expect(standing?.built).toMatchObject({ architecture: wanted.architecture, pip: expect.stringMatching(/^\d+\./) });
  const index = { ...order(), store: store.root, name: "site", wheels: { [made.filename]: digest } };
  const { manifest } = await buildIndex(index, () => {}, signal);
  await serve(pypiPlane, store, "site", manifest, null);
  const web = await startWeb(join(store.root, "served/site"));
  try {
    const into = join(root, "installed");
    const only = ["--isolated", "--no-cache-dir", "--only-binary", ":all:", "--index-url", `${web.address}/simple/`];
    await run(`python${python}`, ["-m", "pip", "install", ...only, "--target", into, "tool==1.0"]);
    const asked = `import sys; sys.path.insert(0, ${JSON.stringify(into)}); import tool; print(tool.answer)`;
    expect((await run(`python${python}`, ["-c", asked])).stdout).toBe("42\n");
  } finally {
    await web.close();
  }
}, 120_000);

test("a build that fails says where, why and what to try", async () => {
  const failing = buildWheel(here, bytes("tool-1.0.tar.gz", "libxml2 is lacking"), target() as never, signal);
  await expect(failing).rejects.toThrow(
    /^tool-1.0.tar.gz could not be built on localhost:[\s\S]*libxml2 is lacking[\s\S]*Try: on localhost python/,
  );
}, 60_000);

test("a builder of another architecture, with a newer C library, or without that Python is refused", async () => {
  const sdist = bytes("tool-1.0.tar.gz");
  const build = (more: object) => buildWheel(here, sdist, { ...target(), ...more } as never, signal);
  await expect(build({ architecture: "riscv" })).rejects.toThrow("wanted for riscv. Try: a builder that is riscv");
  await expect(build({ glibc: "2.17" })).rejects.toThrow("wanted for 2.17. Try: a builder as old as the oldest");
  await expect(build({ python: "3.99" })).rejects.toThrow("there is no python3.99");
}, 120_000);
