import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { mirror } from "../../../lib/apt/mirror";
import { planMirror } from "../../../lib/apt/plan";
import { aptPlane } from "../../../lib/apt/plane";
import { bringKey } from "../../../lib/apt/site-key";
import type { SuiteSource } from "../../../lib/apt/suite";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { debianSources } from "../../../lib/debian/apt-source";
import { LocalHost } from "../../../lib/host/local";
import { architecture } from "../../support/apt/unsigned-archive";
import { until } from "../../support/project";

jest.setTimeout(900_000);

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SUITE = "trixie";

let root: string;
let web: ChildProcess;
let address: string;
const layout: Record<string, string> = {};
let suites: SuiteSource[];
const run = promisify(execFile);
const signal = new AbortController().signal;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "filtered-"));
  const sources = await debianSources(new LocalHost("localhost"), SUITE);
  for (const { uri } of sources) layout[uri] = uri.includes("security") ? "security" : "debian";
  suites = sources.flatMap(({ uri, suites, components }) =>
    suites.map((suite) => ({
      ...{ uri, suite, components, architectures: [architecture()], sources: false },
      trust: { keyrings: [KEYRING] },
    })),
  );
});
afterAll(() => {
  web?.kill();
  rmSync(root, { recursive: true });
});

test("a minimal Debian and a package beside it are mirrored, planned, and signed by the site", async () => {
  const key = await bringKey(join(root, "keys/site"), "site", 1, 1);
  writeFileSync(join(root, "site.asc"), key.publicKey);
  const order = { store: join(root, "store"), name: "site", suites, packages: ["hello", "jq"], bootstrap: true };
  const plan = await planMirror(order, () => {}, signal);
  // How many of them are updates is the upstream's to say.
  expect(plan.suites.reduce((sum, { files }) => sum + files, 0)).toBeGreaterThan(70);
  expect(plan.fetch.bytes).toBeLessThan(200_000_000);
  const planned = Object.fromEntries(plan.suites.map(({ uri, suite, head }) => [`${uri} ${suite}`, head]));
  const signWith = { home: join(root, "keys/site"), fingerprint: key.fingerprint };
  const made = await mirror({ ...order, planned, signWith }, () => {}, signal);
  expect(made.fetched.files).toBe(plan.fetch.files);
  expect((await planMirror(order, () => {}, signal)).fetch).toEqual({ files: 0, bytes: 0 });
  await serve(aptPlane, new ContentStore(order.store), "site", made.manifest, layout);
  await startWeb(join(order.store, "served"));
});

async function startWeb(directory: string): Promise<void> {
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
  const argv = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", directory, String(port)];
  web = spawn("python3", argv, { stdio: "ignore" });
  address = `http://127.0.0.1:${port}/site`;
  await until(async () => (await fetch(address).catch(() => undefined))?.ok === true, "the web server");
}

/** As a client has them: the site's key, and nobody else's. */
const lines = () =>
  suites.map(
    ({ uri, suite }) =>
      `deb [signed-by=${join(root, "site.asc")} by-hash=force] ${address}/${layout[uri]} ${suite} main`,
  );

test("apt updates from it and fetches a package, signatures on", async () => {
  const home = join(root, "client");
  for (const each of ["etc/apt/apt.conf.d", "etc/apt/preferences.d", "var/lib/dpkg", "var/lib/apt/lists/partial"])
    mkdirSync(join(home, each), { recursive: true });
  mkdirSync(join(home, "var/cache/apt/archives/partial"), { recursive: true });
  writeFileSync(join(home, "var/lib/dpkg/status"), "");
  writeFileSync(join(home, "etc/apt/sources.list"), lines().join("\n"));
  writeFileSync(
    join(home, "apt.conf"),
    `Dir "${home}/"; Dir::State::status "${home}/var/lib/dpkg/status"; APT::Sandbox::User "root";`,
  );
  const env = { ...process.env, APT_CONFIG: join(home, "apt.conf"), http_proxy: "" };
  await run("apt-get", ["update", "-qq", "-o", "APT::Update::Error-Mode=any"], { env });
  await run("apt-get", ["install", "-qq", "--yes", "--download-only", "jq"], { env });
  const { stdout } = await run("ls", [join(home, "var/cache/apt/archives")]);
  expect(stdout).toMatch(/^jq_.*\.deb$/m);
  expect(stdout).toMatch(/^libc6_.*\.deb$/m);
});

test("mmdebstrap makes a minimal system with the package from it alone", async () => {
  const tar = join(root, "minbase.tar");
  const argv = ["--variant=minbase", "--include=hello", "--format=tar", SUITE, tar, ...lines()];
  await run("mmdebstrap", argv, { env: { ...process.env, TMPDIR: root, http_proxy: "" }, maxBuffer: 2 ** 26 });
  expect(existsSync(tar) && statSync(tar).size).toBeGreaterThan(50_000_000);
  const { stdout } = await run("tar", ["-xOf", tar, "./var/lib/dpkg/status"], { maxBuffer: 2 ** 26 });
  expect(stdout).toMatch(/^Package: hello$/m);
});
