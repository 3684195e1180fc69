import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { scratchProject } from "../../support/project";
import { Upstream } from "./upstream";

const run = promisify(execFile);
const stack = `t${process.pid}`;
const container = (host: string) => `openstack-site-${stack}-${host}`;
const SEED = "10.78.0.10";
const REGISTRY = `${SEED}:4000`;
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

const upstream = new Upstream();
const { store } = upstream;

let sources = "[]";

const config = (registryPort: number, seed = "seed", mirror = "") => `config:
  openstack-site:hosts: { here: { kind: local } }
  openstack-site:lab:
    network: { subnet: 10.78.0.0/24 }
    hosts:
      seed: { address: ${SEED}, disks: [{ source: ${store}, target: ${store} }] }
      control1: { address: 10.78.0.11 }
  openstack-site:seed:
    host: ${seed}
    registry: { port: ${registryPort} }
    images: [{ repository: site/hello, tag: v1, architectures: [amd64, arm64, s390x] }]
    content: { host: here, store: ${store} }
    apt: ${upstream.mirrors("archive.gpg", "control1", mirror)}
    pypi: ${upstream.indexes("site.txt")}
    sources: ${sources}
  openstack-site:undercloud: { nodes: [control1] }
  openstack-site:overcloud: { deployHost: seed, inventory: { control: [control1] } }
`;

const project = scratchProject(
  ["index.ts", "config.ts", "config", "plan", "components", "providers", "lib", "runtime", "Pulumi.yaml"].concat([
    "package.json",
    "package-lock.json",
    "tsconfig.json",
  ]),
  { "backend/.keep": "" },
);
const env = {
  ...process.env,
  PULUMI_BACKEND_URL: `file://${project.root}/backend`,
  PULUMI_CONFIG_PASSPHRASE: "only for tests",
  PULUMI_STACK: stack,
  PULUMI_SKIP_UPDATE_CHECK: "true",
};

/** What the command line printed, whether it ended well or not. */
async function pulumi(...argv: string[]): Promise<{ ok: boolean; output: string }> {
  const options = { cwd: project.root, env, maxBuffer: 2 ** 26 };
  return run("pulumi", [...argv, "--non-interactive", "--color=never"], options).then(
    ({ stdout }) => ({ ok: true, output: stdout }),
    ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ ok: false, output: `${stdout}${stderr}` }),
  );
}

async function succeed(...argv: string[]): Promise<string> {
  const { ok, output } = await pulumi(...argv);
  if (!ok) throw new Error(`pulumi ${argv.join(" ")} failed:\n${output}`);
  return output;
}

const up = () => succeed("up", "--yes", "--skip-preview", "--continue-on-error");

/** What a preview would do, as `operation name`, and the arguments in which each differs. */
async function planned(): Promise<Record<string, string[]>> {
  const { steps } = JSON.parse(await succeed("preview", "--json")) as {
    steps: { op: string; urn: string; detailedDiff: Record<string, unknown> | null }[];
  };
  const real = steps.filter(({ op }) => op !== "same" && op !== "refresh");
  const keys = (diff: Record<string, unknown> | null) => Object.keys(diff ?? {}).filter((key) => !key.startsWith("__"));
  return Object.fromEntries(
    real.map(({ op, urn, detailedDiff }) => [`${op} ${urn.split("::").at(-1)}`, keys(detailedDiff)]),
  );
}

/** The first file of that ending below what is served. */
const served = (ending: string) => {
  const files = readdirSync(join(store, "served/site"), { recursive: true, encoding: "utf8" });
  return files.find((file) => file.endsWith(ending)) ?? "none";
};
const inside = (host: string, script: string) => run("docker", ["exec", container(host), "sh", "-c", script]);

async function moveTag(from: string, to: string): Promise<void> {
  const url = `http://${REGISTRY}/v2/site/hello/manifests`;
  const body = await (await fetch(`${url}/${from}`, { headers: { accept: MANIFEST } })).text();
  await fetch(`${url}/${to}`, { method: "PUT", headers: { "content-type": MANIFEST }, body });
}

/** Everything in Docker that carries the stack's name. */
async function traces(): Promise<string> {
  const name = `name=openstack-site-${stack}`;
  const listed = [
    ["ps", "--all", "--format={{.Names}}"],
    ["volume", "ls", "--quiet"],
    ["network", "ls", "--format={{.Name}}"],
  ];
  const found = await Promise.all(listed.map((argv) => run("docker", [...argv, "--filter", name])));
  return found.map(({ stdout }) => stdout).join("");
}

/** Writes the stack file anew; what pulumi keeps in it stays. */
function setSite(...values: Parameters<typeof config>): void {
  const file = `Pulumi.${stack}.yaml`;
  const kept = /^encryptionsalt:.*\n/m.exec(readFileSync(join(project.root, file), "utf8"))?.[0] ?? "";
  project.write(file, `${kept}${config(...values)}`);
}

beforeAll(async () => {
  await upstream.start();
  upstream.putKeyring(join(project.root, "archive.gpg"));
  sources = upstream.sources();
  project.write("site.txt", "pip==23.0.1\nsite-app==1.0\nsite-lib==1.0\nsite-native==1.0\n");
  project.write(`Pulumi.${stack}.yaml`, config(4000));
  await succeed("stack", "init", stack);
}, 60_000);
afterAll(async () => {
  await pulumi("destroy", "--yes", "--skip-preview", "--continue-on-error");
  project.remove();
  await upstream.close();
  expect(await traces()).toBe("");
}, 120_000);

test("a wrong stack file gives all its mistakes, and touches nothing", async () => {
  setSite(5000, "sead");
  const { ok, output } = await pulumi("up", "--yes", "--skip-preview");
  setSite(4000);
  expect(ok).toBe(false);
  expect(output).toContain("2 mistakes; nothing was touched");
  expect(output).toContain("seed.registry.port: 5000 is Keystone's port");
  expect(output).toContain('seed.host: no host "sead"');
  expect(await traces()).toBe("");
}, 60_000);

test("one up brings the lab to its plan, and nothing is left to do", async () => {
  await up();
  expect(await planned()).toEqual({});
}, 300_000);

test("drift by hand is in the preview, argument by argument, and one up repairs it", async () => {
  await moveTag("v1-s390x", "v1-amd64");
  await inside("seed", "docker update --restart=no registry && echo '{}' > /etc/docker/daemon.json");
  await inside("seed", "echo changed > /etc/kolla/inventory");
  rmSync(join(store, "served/site", served(".deb")));
  expect(await planned()).toEqual({
    "update seed-registry": ["restart"],
    "update seed-host-docker-settings": ['settings["insecure-registries"]'],
    "update overcloud-inventory": ["content"],
    "update seed-site-hello-v1-amd64": ["digest"],
    "update seed-site-hello-v1": ["children[0].digest"],
    "update seed-content-apt-site-served": ["manifest"],
  });
  await up();
  expect(await planned()).toEqual({});
}, 120_000);

test("a host that is down and a file that drifted on another: one up repairs both", async () => {
  await run("docker", ["stop", container("control1")]);
  await inside("seed", "rm /etc/kolla/inventory");
  rmSync(join(store, "served/site"));
  symlinkSync(store, join(store, "served/site"));
  const preview = await planned();
  expect(preview["update lab-control1"]).toEqual(["running"]);
  expect(preview["create overcloud-inventory"]).toBeDefined();
  expect(preview["create seed-content-apt-site-served"]).toBeDefined();
  await up();
  expect(await planned()).toEqual({});
}, 180_000);

test("the list is pulled for its architecture, by a host that has no other way out", async () => {
  const { stdout } = await inside("control1", `docker pull --quiet ${REGISTRY}/site/hello:v1`);
  expect(stdout.trim()).toBe(`${REGISTRY}/site/hello:v1`);
}, 60_000);

const SHOW = "dpkg-query --show --showformat='${Version}' site-tool";
const install = async (host: string) => {
  const apt = "apt-get -o APT::Update::Error-Mode=any";
  const script = `${apt} update --quiet && ${apt} install --yes --quiet site-tool && ${SHOW}`;
  return (await inside(host, `{ ${script}; } 2>&1`)).stdout.trim().split("\n").at(-1);
};

test.each([
  ["site", "seed", "site-site.gpg"],
  ["tools", "control1", `site-${stack}.asc`],
])(
  "hosts without a way out install from the site's mirrors alone, signatures on: %s",
  async (mirror, host, keyring) => {
    expect(await install(host)).toBe("1");
    const { stdout: asked } = await inside(host, "apt-get indextargets --format '$(REPO_URI)' | sort -u");
    expect(asked.trim().split("\n")).toEqual([expect.stringContaining(`http://${SEED}:8080/${mirror}/`)]);
    const { stdout: sources } = await inside(host, "cat /etc/apt/sources.list.d/*.sources");
    expect(sources).toContain(`Signed-By: /etc/apt/keyrings/openstack-${keyring}`);
    expect(sources).not.toContain("Trusted:");
    const { stdout: offered } = await inside(host, "apt-cache pkgnames site-");
    expect(offered.includes("site-other")).toBe(mirror === "site");
  },
  60_000,
);

test("pip of a host without a way out asks the site's index alone, and installs from it", async () => {
  const script = `index=$(sed -n 's/^index-url = //p' /etc/pip.conf) && wheel=pip-23.0.1-py3-none-any.whl &&
    python3 -c 'import sys, urllib.request as r; r.urlretrieve(*sys.argv[1:])' "\${index%simple/}packages/pip/$wheel" /tmp/$wheel &&
    python3 /tmp/$wheel/pip install --no-cache-dir --target /tmp/site --only-binary :all: site-app site-native && ls /tmp/site &&
    PYTHONPATH=/tmp/site python3 -c "import site_native; print(site_native.answer)"`;
  const { stdout } = await inside("control1", script);
  expect(stdout).toContain(`Looking in indexes: http://${SEED}:8080/python/simple/`);
  expect(stdout).toMatch(/site_app-1.0.dist-info\n(.*\n)*site_lib-1.0.dist-info/);
  // What there was no wheel of: a module in C, built by this machine.
  expect(stdout.trim().split("\n").at(-1)).toBe("42");
}, 60_000);

test("a source tree and a file, by the addresses the stack tells", async () => {
  const addresses = JSON.parse(await succeed("stack", "output", "sources", "--json")) as Record<string, string>;
  expect(addresses["guests"]).toBe(`http://${SEED}:8080/guests/`);
  const python = "import sys, urllib.request as r; sys.stdout.buffer.write(r.urlopen(sys.argv[1]).read())";
  const fetched = `python3 -c '${python}'`;
  const { stdout } = await inside("control1", `${fetched} ${addresses["guests"]}images/guest.img | sha256sum`);
  expect(stdout).toBe(`${createHash("sha256").update(Buffer.alloc(100_000, "guest")).digest("hex")}  -\n`);
  const script = `cd /tmp && ${fetched} ${addresses["tool"]} | tar --extract --gzip --to-stdout --wildcards '*/PKG-INFO'`;
  expect((await inside("control1", script)).stdout).toContain("Version: 1.0");
}, 60_000);

test("what the upstream has now is in the preview and comes with one up; an earlier state is served again by its name", async () => {
  const { site: before } = JSON.parse(await succeed("stack", "output", "mirrors", "--json")) as { site: string };
  upstream.publish("2");
  const preview = await planned();
  expect(preview["update seed-content-apt-site"]).toContain("suites[0].head");
  expect(preview["update seed-content-apt-tools"]).toContain("suites[0].head");
  await up();
  expect(await planned()).toEqual({});
  expect([await install("seed"), await install("control1")]).toEqual(["2", "2"]);
  setSite(4000, "seed", `, serve: "${before}"`);
  expect(await planned()).toEqual({ "update seed-content-apt-site-served": ["manifest"] });
  await up();
  // apt takes no older Release by itself: as a host does that is made anew.
  await inside("seed", "rm -r /var/lib/apt/lists/* && apt-get update --quiet");
  const { stdout } = await inside("seed", "apt-cache madison site-tool");
  expect(stdout.split("|")[1]?.trim()).toBe("1");
}, 180_000);

test("destroy takes all of it, and nothing else", async () => {
  const bystander = `bystander-${stack}`;
  await run("docker", ["volume", "create", bystander]);
  await succeed("destroy", "--yes", "--skip-preview", "--continue-on-error");
  expect(await traces()).toBe("");
  await run("docker", ["volume", "rm", bystander]);
}, 120_000);
