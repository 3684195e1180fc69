import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Digest, digestOf } from "../../../lib/content/digest";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { buildIndex } from "../../../lib/pypi/build";
import { pypiPlane } from "../../../lib/pypi/plane";
import { TestIndex } from "../../support/pypi/upstream";
import { startWeb, type Web } from "../../support/pypi/web";
import { wheelOf } from "../../support/pypi/wheel";

jest.setTimeout(180_000);

const ROUNDS = 4;
const signal = new AbortController().signal;
const exec = promisify(execFile);

let upstream: TestIndex;
let root: string;
let store: ContentStore;
let web: Web;
let uv: string;
let oldPip: string;
const states: Digest[] = [];
const app = (version: string) => wheelOf("Site.App", version, { requires: ["site-lib>=1"], requiresPython: ">=3.8" });

beforeAll(async () => {
  uv = execFileSync("scripts/uv", { cwd: join(__dirname, "../../.."), encoding: "utf8" }).trim();
  upstream = await TestIndex.start();
  root = mkdtempSync(join(tmpdir(), "pypi-client-"));
  oldPip = join(root, "pip-of-debian-12");
  const pinned = join(__dirname, "../../../toolchain/pip-of-debian-12.txt");
  const how = ["--quiet", "--no-deps", "--require-hashes", "--target", oldPip, "-r", pinned];
  execFileSync("python3", ["-m", "pip", "install", ...how]);
  store = new ContentStore(root);
  for (const version of ["1.0", "2.0", "3.0"]) {
    upstream.offer("site-app", app(version));
    upstream.offer("site-lib", wheelOf("site_lib", version));
  }
  for (const last of ["1.0", "2.0", "3.0"]) states.push(await state(last));
  await serve(pypiPlane, store, "wheels", states[0] as Digest, null);
  web = await startWeb(join(root, "served"));
});
afterAll(async () => {
  await web.close();
  await upstream.close();
  rmSync(root, { recursive: true });
});

/** An index with all versions up to this one. */
async function state(last: string): Promise<Digest> {
  const versions = ["1.0", "2.0", "3.0"].filter((version) => version <= last);
  const list = versions.flatMap((version) => [`site.app==${version}`, `site-lib==${version}`]).join("\n");
  const targets = [{ python: "3.12", architecture: "x86_64", glibc: "2.36" } as const];
  const order = { store: root, name: "wheels", upstream: upstream.simple, lists: { list }, targets };
  return (await buildIndex(order, () => {}, signal)).manifest;
}

const environment = () => {
  const quiet = { PIP_CONFIG_FILE: "/dev/null", PIP_DISABLE_PIP_VERSION_CHECK: "1", NO_PROXY: "*" };
  return { PATH: process.env["PATH"], HOME: root, ...quiet };
};
const index = () => `${web.address}/wheels/simple/`;
const target = () => mkdtempSync(join(root, "site-"));
const pipWith = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  exec("python3", ["-m", "pip", "install", "--no-cache-dir", "--index-url", index(), "--target", target(), ...args], {
    env: { ...environment(), ...env },
  });
const pip = (...args: string[]) => pipWith({}, ...args);
const pipOfDebian12 = (...args: string[]) => pipWith({ PYTHONPATH: oldPip }, ...args);
const uvPip = (...args: string[]) =>
  exec(uv, ["pip", "install", "--no-cache", "--no-config", "--index-url", index(), "--target", target(), ...args], {
    env: environment(),
  });

function hashed(): string {
  const lines = [app("1.0"), wheelOf("site_lib", "1.0")].map(
    ({ bytes, filename }) => `${filename.split("-")[0]}==1.0 --hash=${digestOf(bytes)}`,
  );
  const file = join(root, "hashed.txt");
  writeFileSync(file, lines.join("\n"));
  return file;
}

test("pip, pip with hashes and uv install through every switch and rollback", async () => {
  const requirements = hashed();
  let busy = true;
  let switches = 0;
  const clients = Promise.all(
    [
      () => pip("Site_App"),
      () => pip("--require-hashes", "-r", requirements),
      () => pipOfDebian12("site-app"),
      () => uvPip("site-app"),
    ].map(async (install) => {
      // A slow disk makes the switches few: the clients go on until there were enough.
      for (let round = 0; round < ROUNDS || switches <= ROUNDS; round++) await install();
    }),
  ).finally(() => {
    busy = false;
  });
  while (busy) {
    await serve(pypiPlane, store, "wheels", states[[1, 2, 1, 0][switches % 4] as number] as Digest, null);
    switches++;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await clients;
  expect(web.missed).toEqual([]);
});

test("clients resolve by METADATA alone, and get the newest of what is served", async () => {
  await serve(pypiPlane, store, "wheels", states[2] as Digest, null);
  const { stdout } = await pip("--dry-run", "--report", "-", "--quiet", "site-app");
  const { install } = JSON.parse(stdout) as { install: { metadata: { name: string; version: string } }[] };
  expect(install.map(({ metadata }) => `${metadata.name} ${metadata.version}`).sort()).toEqual([
    ...["Site.App 3.0", "site_lib 3.0"],
  ]);
});

test("a wheel of other bytes than its page says is refused by pip, and by uv where hashes are asked for", async () => {
  const other = wheelOf("Site.App", "1.0", { requiresPython: ">=3.6" });
  writeFileSync(join(root, "served/wheels/packages/site-app", other.filename), other.bytes);
  await expect(pip("site-app==1.0")).rejects.toThrow(/DO NOT MATCH THE HASHES/i);
  await expect(uvPip("--require-hashes", "-r", hashed())).rejects.toThrow(/Hash mismatch/i);
});
