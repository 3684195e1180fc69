import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { scratchProject } from "../../support/project";

const run = promisify(execFile);
const stack = `t${process.pid}`;
const container = (host: string) => `openstack-site-${stack}-${host}`;
const REGISTRY = "10.78.0.10:4000";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

const config = (registryPort: number, seed = "seed") => `config:
  openstack-site:lab:
    network: { subnet: 10.78.0.0/24 }
    hosts: { seed: { address: 10.78.0.10 }, control1: { address: 10.78.0.11 } }
  openstack-site:seed:
    host: ${seed}
    registry: { port: ${registryPort} }
    images: [{ repository: site/hello, tag: v1, architectures: [amd64, arm64, s390x] }]
  openstack-site:undercloud: { nodes: [control1] }
  openstack-site:overcloud: { deployHost: seed, inventory: { control: [control1] } }
`;

const project = scratchProject(
  ["index.ts", "config.ts", "config", "plan", "components", "providers", "lib", "runtime", "Pulumi.yaml"].concat([
    "package.json",
    "package-lock.json",
    "tsconfig.json",
  ]),
  { [`Pulumi.${stack}.yaml`]: config(4000), "backend/.keep": "" },
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

beforeAll(() => succeed("stack", "init", stack));
afterAll(async () => {
  await pulumi("destroy", "--yes", "--skip-preview", "--continue-on-error");
  project.remove();
  expect(await traces()).toBe("");
}, 120_000);

test("a wrong stack file gives all its mistakes, and touches nothing", async () => {
  project.write(`Pulumi.${stack}.yaml`, config(5000, "sead"));
  const { ok, output } = await pulumi("up", "--yes", "--skip-preview");
  project.write(`Pulumi.${stack}.yaml`, config(4000));
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
  expect(await planned()).toEqual({
    "update seed-registry": ["restart"],
    "update seed-host-docker-settings": ['settings["insecure-registries"]'],
    "update overcloud-inventory": ["content"],
    "update seed-site-hello-v1-amd64": ["digest"],
    "update seed-site-hello-v1": ["children[0].digest"],
  });
  await up();
  expect(await planned()).toEqual({});
}, 120_000);

test("a host that is down and a file that drifted on another: one up repairs both", async () => {
  await run("docker", ["stop", container("control1")]);
  await inside("seed", "rm /etc/kolla/inventory");
  const preview = await planned();
  expect(preview["update lab-control1"]).toEqual(["running"]);
  expect(preview["create overcloud-inventory"]).toBeDefined();
  await up();
  expect(await planned()).toEqual({});
}, 180_000);

test("the list is pulled for its architecture, by a host that has no other way out", async () => {
  const { stdout } = await inside("control1", `docker pull --quiet ${REGISTRY}/site/hello:v1`);
  expect(stdout.trim()).toBe(`${REGISTRY}/site/hello:v1`);
}, 60_000);

test("destroy takes all of it, and nothing else", async () => {
  const bystander = `bystander-${stack}`;
  await run("docker", ["volume", "create", bystander]);
  await succeed("destroy", "--yes", "--skip-preview", "--continue-on-error");
  expect(await traces()).toBe("");
  await run("docker", ["volume", "rm", bystander]);
}, 120_000);
