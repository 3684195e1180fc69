import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Certificate, selfSigned } from "../../support/certificate";
import { scratchProject } from "../../support/project";
import { LOGIN, startRegistry, type TestRegistry } from "../../support/registry";

const run = promisify(execFile);
const stack = `r${process.pid}`;
const container = (host: string) => `openstack-site-${stack}-${host}`;
const ADDRESS = "172.29.137.10";
const FILE = `Pulumi.${stack}.yaml`;

const site = (registry: string) => `config:
  openstack-site:lab:
    network: { subnet: 172.29.137.0/24 }
    hosts: { seed: { address: ${ADDRESS} }, control1: { address: 172.29.137.11 } }
  openstack-site:seed:
    host: seed
    registry: ${registry}
    images: [{ repository: site/hello, tag: v1, architectures: [amd64, arm64] }]
  openstack-site:undercloud: { nodes: [control1] }
`;
const SECURE = "{ port: 4443, data: /srv/registry, tls: { certificate: tls.pem, ca: tls.pem } }";

const parts = ["index.ts", "config.ts", "config", "plan", "components", "providers", "lib", "runtime", "Pulumi.yaml"];
const files = ["package.json", "package-lock.json", "tsconfig.json"];
const project = scratchProject([...parts, ...files], { [FILE]: site("{}"), "backend/.keep": "" });
const env = {
  ...process.env,
  PULUMI_BACKEND_URL: `file://${project.root}/backend`,
  PULUMI_CONFIG_PASSPHRASE: "only for tests",
  PULUMI_STACK: stack,
};
let certificate: Certificate;
let other: TestRegistry;
let said = "";

async function pulumi(...argv: string[]): Promise<string> {
  const options = { cwd: project.root, env, maxBuffer: 2 ** 26 };
  const { stdout, stderr } = await run("pulumi", ["--non-interactive", "--color=never", ...argv], options);
  said += stdout + stderr;
  return stdout;
}

const up = () => pulumi("up", "--yes", "--skip-preview", "--diff");
const inside = (host: string, script: string) => run("docker", ["exec", container(host), "sh", "-ec", script]);

/** Names of what a preview would change. */
async function planned(): Promise<string[]> {
  const { steps } = JSON.parse(await pulumi("preview", "--json")) as { steps: { op: string; urn: string }[] };
  const real = steps.filter(({ op }) => op !== "same" && op !== "refresh");
  return real.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`).sort();
}

/** Sets a value of the registry, secret where it says so. */
const set = (path: string, value: string, ...flags: string[]) =>
  pulumi("config", "set", "--path", `openstack-site:seed.registry.${path}`, ...flags, "--", value);

beforeAll(async () => {
  certificate = selfSigned(ADDRESS);
  project.write("tls.pem", certificate.pem);
  project.write(FILE, site(SECURE));
  await pulumi("stack", "init", stack);
  await set("tls.key", certificate.key, "--secret");
  await set("users[0].username", LOGIN.username);
  await set("users[0].password", LOGIN.password, "--secret");
  other = await startRegistry();
}, 60_000);
afterAll(async () => {
  await pulumi("destroy", "--yes", "--skip-preview").finally(async () => {
    project.remove();
    certificate.remove();
    await other.close();
  });
}, 120_000);

test("with TLS and users: one up, and nothing is left to do", async () => {
  await up();
  expect(await planned()).toEqual([]);
}, 300_000);

test("no secret stands in the state, in what was said, or in what the container tells", async () => {
  const state = await pulumi("stack", "export");
  const { stdout: htpasswd } = await inside("seed", "cat /etc/openstack-site/registry/htpasswd");
  const { stdout: sums } = await inside("seed", "cd /etc/openstack-site/registry && sha256sum htpasswd tls.key");
  const { stdout: told } = await inside("seed", "docker inspect registry");
  const hidden = [LOGIN.password, certificate.key.split("\n")[1] ?? "?", htpasswd.trim().split(":")[1] ?? "?"];
  const digests = sums
    .trim()
    .split("\n")
    .map((line) => line.slice(0, 64));
  for (const secret of [...hidden, ...digests]) {
    expect(state + said + told).not.toContain(secret);
  }
  const { resources } = JSON.parse(state).deployment as { resources: { urn: string }[] };
  const sizes = resources.map((each) => [each.urn.split("::").at(-1), JSON.stringify(each).length] as const);
  expect(sizes.filter(([, size]) => size > 6_000)).toEqual([]);
});

test("Docker on another host pulls with the authority it was given, after a login and not before", async () => {
  const image = `${ADDRESS}:4443/site/hello:v1`;
  await expect(inside("control1", `docker pull ${image}`)).rejects.toThrow(/no basic auth credentials|unauthorized/);
  const login = `echo '${LOGIN.password}' | docker login -u ${LOGIN.username} --password-stdin ${ADDRESS}:4443`;
  await inside("control1", `${login} && docker pull --quiet ${image}`);
}, 60_000);

test("another option is another configuration and another container, over the same data", async () => {
  await set("deletes", "false");
  expect(await planned()).toEqual(["update seed-registry", "update seed-registry-config"]);
  await up();
  expect(await planned()).toEqual([]);
  const { stdout } = await inside(
    "seed",
    "ls /srv/registry/docker/registry/v2/repositories/site; docker inspect registry",
  );
  expect(stdout).toContain("hello");
  await inside("control1", `docker pull --quiet ${ADDRESS}:4443/site/hello:v1`);
  await set("deletes", "true");
  await up();
}, 180_000);

test("a user added by hand is in the preview, and goes with one up", async () => {
  await inside("seed", "echo 'intruder:$2y$05$abc' >> /etc/openstack-site/registry/htpasswd");
  expect(await planned()).toEqual(["update seed-registry-users"]);
  await up();
  expect(await planned()).toEqual([]);
}, 120_000);

test("a registry that stands already, by its url alone", async () => {
  project.write(
    FILE,
    `${/^encryptionsalt:.*\n/m.exec(readStackFile())?.[0] ?? ""}${site(`{ url: "http://${other.address}" }`)}`,
  );
  await up();
  expect(await planned()).toEqual([]);
  const { stdout } = await run("skopeo", ["list-tags", "--tls-verify=false", `docker://${other.address}/site/hello`]);
  expect(stdout).toContain("v1-arm64");
  await expect(inside("seed", "docker inspect registry")).rejects.toThrow(/No such object/);
  expect((await inside("control1", "cat /etc/docker/daemon.json")).stdout).toContain(other.address);
  await expect(inside("control1", `ls /etc/docker/certs.d/${ADDRESS}:4443/ca.crt`)).rejects.toThrow(/No such file/);
}, 180_000);

function readStackFile(): string {
  return readFileSync(join(project.root, FILE), "utf8");
}
