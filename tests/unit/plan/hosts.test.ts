import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LabSite, planHosts } from "../../../plan/hosts";

const lab: LabSite = {
  network: { subnet: "10.77.0.0/24", internal: true },
  hosts: { seed: { address: "10.77.0.10" }, control1: { address: "10.77.0.11" } },
};
let keys: string;

beforeEach(async () => {
  keys = await mkdtemp(join(tmpdir(), "plan-hosts-"));
});
afterEach(() => rm(keys, { recursive: true }));

const publicKey = async (name: string) => (await readFile(join(keys, `${name}.pub`), "utf8")).trim();

test("a lab host is planned whole: its host key is known before it is made", async () => {
  const planned = await planHosts({ hosts: {}, lab }, keys, "site-dev");
  expect(Object.keys(planned)).toEqual(["seed", "control1"]);
  expect(planned["seed"]).toEqual({
    connection: {
      kind: "ssh",
      name: "seed",
      address: "10.77.0.10",
      port: 22,
      user: "root",
      hostKey: await publicKey("seed"),
      keyFile: `${keys}/operator`,
      sudo: false,
      dormant: false,
    },
    lab: {
      network: { name: "site-dev", subnet: "10.77.0.0/24", internal: true },
      address: "10.77.0.10",
      hostKeyFile: `${keys}/seed`,
      authorizedKeys: [await publicKey("operator")],
      recipe: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
  expect(await publicKey("seed")).not.toBe(await publicKey("control1"));
});

test("its disks are those of the stack file", async () => {
  const disks = [{ source: "/srv/content", target: "/srv/content" }];
  const planned = await planHosts(
    { hosts: {}, lab: { ...lab, hosts: { seed: { address: "10.77.0.10", disks } } } },
    keys,
    "x",
  );
  expect(planned["seed"]?.lab?.disks).toEqual(disks);
});

test("keys are made once, and private keys are their owner's alone", async () => {
  const first = await planHosts({ hosts: {}, lab }, keys, "site-dev");
  expect(await planHosts({ hosts: {}, lab }, keys, "site-dev")).toEqual(first);
  const names = await readdir(keys);
  expect(names.sort()).toEqual(["control1", "control1.pub", "operator", "operator.pub", "seed", "seed.pub"]);
  for (const name of names.filter((each) => !each.endsWith(".pub")))
    expect([name, (await stat(join(keys, name))).mode & 0o777]).toEqual([name, 0o600]);
});

test("no private key is part of the plan", async () => {
  const text = JSON.stringify(await planHosts({ hosts: {}, lab }, keys, "site-dev"));
  expect(text).not.toContain("PRIVATE KEY");
});

test("a host that exists is passed on under its name, and no key is made", async () => {
  const connection = { kind: "local", name: "other" } as const;
  const planned = await planHosts({ hosts: { builder: connection } }, keys, "site-dev");
  expect(planned).toEqual({ builder: { connection: { kind: "local", name: "builder" } } });
  expect(await readdir(keys)).toEqual([]);
});
