import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Digest } from "../../../lib/content/digest";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { debianSources, sourceLines } from "../../../lib/debian/apt-source";
import type { Architecture } from "../../../lib/debian/emulation";
import { bootstrap } from "../../../lib/debian/mmdebstrap";
import type { ExecOptions, ExecResult } from "../../../lib/host/host";
import { LocalHost } from "../../../lib/host/local";
import { buildIndex } from "../../../lib/pypi/build";
import { buildWheel } from "../../../lib/pypi/build-wheel";
import { planIndex } from "../../../lib/pypi/plan";
import { pypiPlane } from "../../../lib/pypi/plane";
import type { NeededBuild } from "../../../lib/pypi/selection";
import type { Target } from "../../../lib/pypi/target";
import { bringSdist, keepWheel } from "../../../lib/pypi/wheel";
import { registerEmulators } from "../../support/binfmt";
import { sdistOf } from "../../support/pypi/sdist";
import { TestIndex } from "../../support/pypi/upstream";
import { startWeb } from "../../support/pypi/web";

jest.setTimeout(1_800_000);

const signal = new AbortController().signal;
/** Of an ELF file's head: the machine that runs it. */
const EM = { s390x: 22, aarch64: 183 } as const;

let root: string;
let upstream: TestIndex;
let unregister = () => {};
beforeAll(async () => {
  unregister = registerEmulators();
  root = mkdtempSync(join(tmpdir(), "emulated-"));
  upstream = await TestIndex.start();
  upstream.offer("tool", sdistOf("tool", "1.0", { native: true }));
});
afterAll(async () => {
  await upstream.close();
  rmSync(root, { recursive: true, force: true });
  unregister();
});

/** Debian 12 of another architecture, whose programs the emulator runs. */
class Emulated extends LocalHost {
  private constructor(
    name: string,
    readonly system: string,
  ) {
    super(name);
  }

  /** Its packages are unpacked and not set up, which would take a quarter of an hour: compiler, Python and pip need no more. */
  static async make(architecture: Architecture): Promise<Emulated> {
    const directory = join(root, architecture);
    const system = join(directory, "system");
    mkdirSync(system, { recursive: true });
    const here = new LocalHost("localhost");
    const [mirror] = await debianSources(here, "bookworm");
    if (!mirror) throw new Error("no mirror of Debian");
    const sources = sourceLines([{ ...mirror, suites: ["bookworm"] }]);
    const packages = ["python3-pip", "python3-dev", "gcc", "libc6-dev", "libc-bin", "coreutils", "dash"];
    const options = ["--skip=check/qemu"];
    const order = { directory, variant: "extract", architecture, packages, sources, options };
    await bootstrap(here, `Debian for ${architecture}`, order, { onProgress: () => {} });
    execFileSync("tar", ["-xf", join(directory, "layer.tar"), "-C", system, "--exclude=./dev"]);
    mkdirSync(join(system, "dev"));
    execFileSync("mknod", [join(system, "dev/null"), "c", "1", "3"]);
    // What the set-up of its package would have done.
    symlinkSync("gcc", join(system, "usr/bin/cc"));
    return new Emulated(`${architecture}-builder`, system);
  }

  override exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const env = ["env", "-i", "PATH=/usr/bin:/bin", "HOME=/root"];
    return super.exec(["chroot", this.system, ...env, ...argv], options);
  }
}

test.each([
  ["s390x", "s390x"],
  ["arm64", "aarch64"],
] as const)(
  "where no wheel is for %s, one is built on a machine of that kind and installed there from the index alone",
  async (debian, architecture) => {
    const builder = await Emulated.make(debian);
    const target: Target = { python: "3.11", architecture, glibc: "2.36" };
    const order = { upstream: upstream.simple, lists: { list: "tool==1.0\n" }, targets: [target] };
    const [{ sdist }] = (await planIndex(order)).sdists as [NeededBuild];
    const { url, filename, size } = sdist;
    const from = { url, filename, size, digest: `sha256:${sdist.sha256}` as Digest };
    const store = new ContentStore(join(root, `store-${debian}`));
    const bytes = readFileSync(await bringSdist(store, "tool", from, undefined, signal));
    const made = await buildWheel(builder, { filename, bytes }, target, signal);
    expect(made).toMatchObject({ filename: `tool-1.0-cp311-cp311-linux_${architecture}.whl`, with: { architecture } });
    const { digest } = await keepWheel(store, "tool", from, made);
    const index = { ...order, store: store.root, name: "site", wheels: { [made.filename]: digest } };
    await serve(pypiPlane, store, "site", (await buildIndex(index, () => {}, signal)).manifest, null);
    const web = await startWeb(join(store.root, "served/site"));
    try {
      const only = ["--isolated", "--no-cache-dir", "--only-binary", ":all:", "--index-url", `${web.address}/simple/`];
      await builder.exec(["python3", "-m", "pip", "install", ...only, "--target", "/installed", "tool==1.0"]);
      const asked = "import sys; sys.path.insert(0, '/installed'); import tool; print(tool.answer, tool.__file__)";
      const [answer, file = ""] = (await builder.exec(["python3", "-c", asked])).stdout.toString().trim().split(" ");
      expect(answer).toBe("42");
      const head = readFileSync(join(builder.system, file)).subarray(0, 20);
      expect(Math.max(head[18] as number, head[19] as number)).toBe(EM[architecture]);
    } finally {
      await web.close();
    }
  },
);
