import { rm } from "node:fs/promises";
import { LocalHost } from "../../../lib/host/local";
import { planBase } from "../../../lib/oci/base/recipe";
import { AptArchive, architecture } from "../../support/apt/unsigned-archive";
import { startSshd } from "../../support/sshd";
import { Bakery, run } from "./base";

jest.setTimeout(300_000);

let bakery: Bakery;
beforeAll(async () => {
  bakery = await Bakery.open();
});
afterAll(() => bakery.close());

test("Debian 13 is made from packages, pulled by skopeo, and run by Docker", async () => {
  const native = architecture();
  const { outputs } = await bakery.up(await bakery.trixie(native, "v1"));
  expect(outputs["installed"]).toBeGreaterThan(60);
  const { config, names } = await bakery.fetched(native, "v1");
  expect(config).toMatchObject({ architecture: native, os: "linux" });
  const ours = /etc\/hostname|etc\/resolv\.conf|99mmdebstrap|^\.\/dev\/.|var\/log\/.*\.log$|aux-cache|lists\/.*Release/;
  expect(names.filter((name) => ours.test(name))).toEqual([]);
  const reference = String(outputs["reference"]);
  try {
    const look =
      "cat /etc/debian_version; dpkg --print-architecture; dpkg-query -W | wc -l; apt-get check -qq && echo whole";
    const said = run("docker", "run", "--rm", "--network", "none", reference, "sh", "-c", look);
    expect(said).toMatch(new RegExp(`^13\\.\\d+\n${native}\n${outputs["installed"]}\nwhole\n$`));
    expect(run("docker", "image", "inspect", "-f", "{{.Id}}", reference).trim()).toBe(outputs["imageId"]);
  } finally {
    run("docker", "image", "rm", reference);
  }
});

test("a builder over SSH makes the same image and sends it to the registry itself", async () => {
  const archive = await AptArchive.start();
  const sshd = await startSshd();
  try {
    await archive.publish({ greeting: "hello\n" });
    const labels = { made: `by ${sshd.port}` };
    const of = { architecture: architecture(), variant: "extract", sources: [archive.source], packages: [], labels };
    const spec = { ...of, packages: ["greeting"] };
    const { recipe } = await planBase(new LocalHost(), spec);
    const registry = { address: bakery.registry.address, insecure: true };
    const args = { ...spec, recipe, registry, repository: "real/greeting" };
    const near = await bakery.up({ ...args, host: { kind: "local" }, tag: "near" });
    const far = await bakery.up({ ...args, host: sshd.connection(), tag: "far" });
    expect(far.outputs["digest"]).toBe(near.outputs["digest"]);
    await rm(`/var/cache/openstack-site/images/base-${recipe.slice(7, 19)}`, { recursive: true });
  } finally {
    await sshd.stop();
    await archive.close();
  }
});
