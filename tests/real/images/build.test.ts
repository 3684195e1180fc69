import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { LocalHost } from "../../../lib/host/local";
import { ensureBase } from "../../../lib/oci/base/build";
import { planBase } from "../../../lib/oci/base/recipe";
import { openImage } from "../../../lib/oci/layout";
import type { Report } from "../../../lib/progress";
import { AptArchive, architecture } from "../../support/apt/unsigned-archive";

jest.setTimeout(120_000);

const local = new LocalHost();
let archive: AptArchive;
let caches: string;
const steps: string[] = [];

beforeAll(async () => {
  archive = await AptArchive.start();
  await archive.publish({ greeting: "hello\n" });
  caches = await mkdtemp(join(tmpdir(), "base-image-"));
});
afterAll(async () => {
  await archive.close();
  await rm(caches, { recursive: true });
});

const spec = () => ({
  architecture: architecture(),
  variant: "extract",
  sources: [archive.source],
  packages: ["greeting"],
  labels: { "org.opencontainers.image.title": "greeting" },
});
const onProgress: Report = ({ step = "" }) => {
  if (steps.at(-1) !== step) steps.push(step);
};
const build = async (cache: string, wanted = spec()) =>
  ensureBase(local, join(caches, cache), wanted, (await planBase(local, wanted)).recipe, { onProgress });

test("two builds in two places at two times give the same digest, and no more than the packages", async () => {
  const one = await build("one");
  expect(steps).toEqual(expect.arrayContaining(["running apt-get update", "packing"]));
  const two = await build("somewhere/else");
  expect(two.digest).toBe(one.digest);
  const image = await openImage(one.path, { digest: one.digest });
  expect(image.platform).toEqual({ os: "linux", architecture: spec().architecture });
  const config = JSON.parse(await text(image.config.open()));
  const layer = join(one.path, "blobs", image.layers[0]?.digest.replace(":", "/") ?? "");
  const sum = execFileSync("sh", ["-c", 'gunzip -c "$1" | sha256sum', "sh", layer]).toString().slice(0, 64);
  expect(config).toMatchObject({ config: { Labels: spec().labels }, rootfs: { diff_ids: [`sha256:${sum}`] } });
  const listed = execFileSync("tar", ["-tf", layer]).toString();
  expect(listed).toContain("./etc/greeting\n");
  expect(listed).not.toMatch(/99mmdebstrap|etc\/hostname|etc\/resolv\.conf|^\.\/dev\/./m);
  expect(JSON.parse((await readFile(join(one.path, "index.json"))).toString())).toMatchObject({
    manifests: [{ digest: one.digest, size: image.manifest.size }],
  });
});

test("what was made is found again, though the archive has gone on", async () => {
  const { recipe, snapshot } = await planBase(local, spec());
  expect(Object.keys(snapshot)).toEqual([expect.stringMatching(/_dists_site_Release$/)]);
  const made = await build("kept");
  await archive.publish({ greeting: "good day\n" });
  expect((await planBase(local, spec())).recipe).not.toBe(recipe);
  expect(await ensureBase(local, join(caches, "kept"), spec(), recipe, { onProgress })).toEqual(made);
  const late = ensureBase(local, join(caches, "new"), spec(), recipe, { onProgress });
  await expect(late).rejects.toMatchObject({ hint: expect.stringContaining("run pulumi up again") });
  await expect(readdir(join(caches, "new"))).rejects.toThrow(/ENOENT/);
});

test("an archive that changes while it is read is refused", async () => {
  class Unsteady extends LocalHost {
    override async exec(...[argv, options]: Parameters<LocalHost["exec"]>): ReturnType<LocalHost["exec"]> {
      if (argv.includes("mmdebstrap")) await archive.publish({ greeting: `at ${Date.now()}\n` });
      return super.exec(argv, options);
    }
  }
  const { recipe } = await planBase(local, spec());
  const late = ensureBase(new Unsteady(), join(caches, "unsteady"), spec(), recipe, { onProgress });
  await expect(late).rejects.toThrow(/the archives have changed meanwhile/);
});

test("a failed build leaves nothing, and says why", async () => {
  const lost = build("failed", { ...spec(), packages: ["nowhere"] });
  await expect(lost).rejects.toThrow(/downloading packages with apt failed:.*Unable to locate package nowhere/s);
  expect(await readdir(join(caches, "failed/images"))).toEqual([]);
});

test("an archive that cannot be read is an error of the plan", async () => {
  const sources = [{ ...archive.source, suites: ["never"] }];
  await expect(planBase(local, { ...spec(), sources })).rejects.toThrow(/apt never have a release file: none/);
  const unsigned = [{ ...archive.source, trusted: false }];
  await expect(planBase(local, { ...spec(), sources: unsigned })).rejects.toThrow(/not signed/);
});

test("a build that ended with its process is swept away by the next", async () => {
  const images = join(caches, "killed/images");
  const pid = Number(execFileSync("sh", ["-c", "echo $$"]).toString());
  await mkdir(join(images, `build-${hostname()}.${pid}-abc`), { recursive: true });
  await mkdir(join(images, `build-${hostname()}.${process.pid}-abc`));
  await build("killed");
  const left = (await readdir(images)).filter((name) => name.startsWith("build-"));
  expect(left).toEqual([`build-${hostname()}.${process.pid}-abc`]);
});

test("a machine that cannot run the architecture is told what it lacks", async () => {
  class Bare extends LocalHost {
    override async readFile(path: string): ReturnType<LocalHost["readFile"]> {
      return path.startsWith("/proc/sys/fs/binfmt_misc") ? undefined : super.readFile(path);
    }
  }
  const foreign = { ...spec(), architecture: spec().architecture === "s390x" ? "amd64" : "s390x" } as const;
  const { recipe } = await planBase(local, foreign);
  const made = ensureBase(new Bare(), join(caches, "bare"), foreign, recipe, { onProgress });
  await expect(made).rejects.toMatchObject({ hint: expect.stringContaining("apt-get install qemu-user-static") });
});
