import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { architecture } from "../../support/apt/unsigned-archive";
import { registerEmulators } from "../../support/binfmt";
import { Bakery, eventually, run } from "./base";

jest.setTimeout(1_800_000);

let bakery: Bakery;
let unregister = () => {};

beforeAll(async () => {
  unregister = registerEmulators();
  bakery = await Bakery.open();
});
afterAll(async () => {
  await bakery.close();
  unregister();
});

// For s390x the older one: of a new point release mirrors have that architecture's index before its packages.
test.each([
  ["bookworm", "s390x"],
  ["trixie", "arm64"],
] as const)("Debian %s for %s is made by emulation and says so", async (release, foreign) => {
  const { outputs } = await bakery.up(await bakery.debian(release, foreign, foreign));
  expect(outputs["installed"]).toBeGreaterThan(60);
  expect((await bakery.fetched(foreign, foreign)).config).toMatchObject({ architecture: foreign, os: "linux" });
});

test("Debian 13 made twice, in two places at two times, is the same image", async () => {
  const one = await bakery.up(await bakery.trixie(architecture(), "one"));
  const two = await bakery.up(await bakery.trixie(architecture(), "two"));
  expect(two.outputs["digest"]).toBe(one.outputs["digest"]);
});

test("a build killed in the middle ends, leaves no mount behind, and is swept away by the next", async () => {
  const args = await bakery.trixie(architecture(), "killed");
  const cache = await bakery.cache();
  await bakery.killed(args, cache);
  const running = () => spawnSync("pgrep", ["-f", cache]).status === 0;
  await eventually(() => !running(), "the end of mmdebstrap");
  expect(run("cat", "/proc/mounts")).not.toContain(cache);
  const images = join(cache, "openstack-site/images");
  expect(readdirSync(images)).toEqual([expect.stringMatching(/^build-/)]);
  await bakery.up(args, Promise.resolve(cache));
  expect(readdirSync(images)).toEqual([expect.stringMatching(/^base-/)]);
});
