import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { disable, otherSources, renderSources, SOURCES_FILE } from "../../../lib/apt/client-sources";
import { mirror } from "../../../lib/apt/mirror";
import { aptPlane } from "../../../lib/apt/plane";
import type { Digest } from "../../../lib/content/digest";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { ArchiveKey, TestArchive } from "../../support/apt/archive";
import { debOf } from "../../support/apt/deb";
import { type LabGround, labHost } from "../../support/lab-host";
import { until } from "../../support/project";

jest.setTimeout(180_000);

const KEYRING = "/etc/apt/keyrings/site.gpg";
const ROUNDS = 25;

let ground: LabGround;
let key: ArchiveKey;
let upstream: TestArchive;
let root: string;
let store: ContentStore;
let web: { address: string; process: ChildProcess };

beforeAll(async () => {
  ground = await labHost();
  key = new ArchiveKey();
  upstream = await TestArchive.start();
  root = mkdtempSync(join(tmpdir(), "apt-client-"));
  store = new ContentStore(root);
  // On a new machine the image of lab hosts is made here, or waited for.
}, 900_000);
afterAll(async () => {
  web?.process.kill();
  key.remove();
  await upstream.close();
  rmSync(root, { recursive: true });
});

const names = Array.from({ length: 12 }, (_, n) => `site-package-${n}`);

/** Of what was mirrored last: valid then, and no more when clients ask. */
let validUntil = new Date(0);

/** What the upstream holds at a version, mirrored. */
async function state(version: number, old: number[] = []): Promise<Digest> {
  const packages = names.map((name, n) => {
    const at = String(old.includes(n) ? version - 1 : version);
    return { name, version: at, architecture: "all", bytes: debOf(name, at, `${name} ${at}\n`).deb };
  });
  const date = new Date(Date.UTC(2026, 0, version));
  validUntil = new Date(Date.now() + 5000);
  upstream.publish("site", packages, { key, date, validUntil, architectures: ["amd64"] });
  const source = { uri: upstream.uri, suite: "site", components: ["main"], architectures: ["amd64"], sources: false };
  const suites = [{ ...source, trust: { keyrings: [key.keyring] } }];
  return (await mirror({ store: root, name: "site", suites }, () => {}, new AbortController().signal)).manifest;
}

/** A web server over what is served, at this machine's end of the lab's network. */
async function startWeb(): Promise<{ address: string; process: ChildProcess }> {
  const host = ground.connection.address.replace(/\d+$/, "1");
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, host, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
  const argv = ["-m", "http.server", "--bind", host, "--directory", join(root, "served"), String(port)];
  const process = spawn("python3", argv, { stdio: "ignore" });
  const address = `http://${host}:${port}`;
  await until(async () => (await fetch(address).catch(() => undefined))?.ok === true, "the web server");
  return { address, process };
}

test("apt updates and installs, signatures on, through every switch and rollback", async () => {
  const states = [await state(1), await state(2), await state(3, [0, 1, 2])];
  const layout = { [upstream.uri]: "debian" };
  await serve(aptPlane, store, "site", states[0] as Digest, layout);
  web = await startWeb();
  const { host } = ground;
  await host.writeFile(KEYRING, readFileSync(key.keyring));
  const entry = { uri: `${web.address}/site/debian`, suites: ["site"], components: ["main"], signedBy: KEYRING };
  await host.writeFile(SOURCES_FILE, renderSources([{ ...entry, checkValidUntil: false }]));
  for (const file of await otherSources(host)) await disable(host, file);

  const script = [
    'failed=0; for n in $(seq "$1"); do',
    "  apt-get -o APT::Update::Error-Mode=any update --quiet >/tmp/apt.log 2>&1 &&",
    "  apt-get install --yes --allow-downgrades --reinstall --quiet $2 >>/tmp/apt.log 2>&1 ||",
    "  { failed=$((failed + 1)); cat /tmp/apt.log; }; done; echo failed=$failed",
  ].join("\n");
  await setTimeout(validUntil.getTime() - Date.now());
  let busy = true;
  let switches = 0;
  const install = async () => {
    // A slow disk makes the switches few: the client goes on until there were enough.
    for (let said = ""; said === "" || switches <= ROUNDS; ) {
      const argv = ["sh", "-c", script, "sh", String(ROUNDS), names.join(" ")];
      said = (await host.exec(argv, { timeout: 170_000, effect: "install" })).stdout.toString();
      expect(said.trim()).toBe("failed=0");
    }
  };
  const client = install().finally(() => {
    busy = false;
  });
  while (busy) {
    await serve(aptPlane, store, "site", states[[1, 2, 1, 0][switches % 4] as number] as Digest, layout);
    switches++;
    await setTimeout(120);
  }
  await client;
  const installed = await host.exec(["sh", "-c", "dpkg-query -W -f '${Version}\\n' 'site-package-*' | sort -u"]);
  expect(installed.stdout.toString().trim().split("\n").length).toBeGreaterThan(0);
});

test("a package that was changed in the store is refused by the client, as one that our mirror would have refused", async () => {
  await serve(aptPlane, store, "site", await state(4), { [upstream.uri]: "debian" });
  const { host } = ground;
  const path = [...upstream.files.keys()].find((each) => /site-package-0_4/.test(each)) as string;
  const blob = join(root, "served/site/debian", path);
  const good = readFileSync(blob);
  writeFileSync(blob, Buffer.concat([good.subarray(0, -1), Buffer.from("x")]));
  await host.exec(["apt-get", "update", "--quiet"], { effect: "update", timeout: 60_000 });
  const install = ["apt-get", "install", "--yes", "--reinstall", "--quiet", "site-package-0"];
  await expect(host.exec(install, { effect: "install", timeout: 60_000 })).rejects.toThrow(
    /Hash Sum mismatch|unexpected size/,
  );
});
