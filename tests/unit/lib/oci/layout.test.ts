import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { buildImage, imageOf, layerFile } from "../../../../lib/oci/build";
import type { Image } from "../../../../lib/oci/image";
import { openImage, writeLayout } from "../../../../lib/oci/layout";
import { indexTar } from "../../../../lib/oci/tar-reader";
import { writeTar } from "../../../../lib/oci/tar-writer";
import { imageFor } from "../../../support/registry-suite";

const image = imageFor("s390x");
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openstack-site-layout-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const tar = (...args: string[]) => execFileSync("tar", args, { cwd: directory, encoding: "utf8" });

async function expectSame(read: Image, like: Image) {
  expect(read.manifest).toEqual(like.manifest);
  expect(read.platform).toEqual(like.platform);
  for (const [index, blob] of [like.config, ...like.layers].entries()) {
    const got = [read.config, ...read.layers][index] as Image["config"];
    expect({ ...got, open: 0 }).toEqual({ ...blob, open: 0 });
    expect(await buffer(got.open())).toEqual(await buffer(blob.open()));
  }
}

test("what is built is the same everywhere and every time", () => {
  const files = [
    { path: "/b/c", content: "c", mode: "0755" },
    { path: "a", content: "" },
  ];
  const platform = { os: "linux", architecture: "arm64" };
  const one = buildImage(files, platform, { Cmd: ["/b/c"] });
  expect(buildImage([...files].reverse(), platform, { Cmd: ["/b/c"] }).manifest).toEqual(one.manifest);
  expect(one.manifest.digest).toBe("sha256:8eb1f482172bb60fe819eb24792eddbb9be6acad86ffa7f7a704b171a07f8697");
});

test("an archive of ours is one to tar, and the other way round", async () => {
  writeFileSync(join(directory, "ours.tar"), writeTar([{ path: "d/e/f", content: "12345", mode: "0700" }]));
  expect(tar("-tvf", "ours.tar")).toMatch(
    /^drwxr-xr-x .* d\/\ndrwxr-xr-x .* d\/e\/\n-rwx------ (root\/root|0\/0) +5 1970-01-01 .* d\/e\/f\n$/,
  );
  const long = `${"n".repeat(90)}/${"m".repeat(90)}/${"o".repeat(90)}`;
  mkdirSync(join(directory, long), { recursive: true });
  writeFileSync(join(directory, long, "file"), "content");
  mkdirSync(join(directory, "x"));
  symlinkSync(`../${long}/file`, join(directory, "x/link"));
  for (const format of ["gnu", "pax"]) {
    tar("--format", format, "-cf", "theirs.tar", long, "x");
    const entry = (await indexTar(join(directory, "theirs.tar"))).get(`${long}/file`);
    const bytes = readFileSync(join(directory, "theirs.tar")).subarray(entry?.offset, (entry?.offset ?? 0) + 7);
    expect(bytes.toString()).toBe("content");
    expect((await indexTar(join(directory, "theirs.tar"))).get("x/link")).toEqual(entry);
  }
});

test("a layout is read from a directory and from a tar", async () => {
  await writeLayout(image, join(directory, "layout"), "one");
  await expectSame(await openImage(join(directory, "layout")), image);
  tar("-C", "layout", "-cf", "layout.tar", ".");
  await expectSame(await openImage(join(directory, "layout.tar"), { name: "one" }), image);
  await expect(openImage(join(directory, "layout"), { name: "two" })).rejects.toThrow(
    /0 images fit two. It holds: one/,
  );
});

test("a layout with a flipped bit or a lost blob says which", async () => {
  await writeLayout(image, join(directory, "layout"), "one");
  const config = join(directory, "layout/blobs/sha256", image.config.digest.slice(7));
  cpSync(config, `${config}.kept`);
  writeFileSync(
    config,
    readFileSync(config).map((byte, index) => (index === 5 ? byte ^ 1 : byte)),
  );
  await expect(openImage(join(directory, "layout"))).rejects.toThrow(`the bytes under ${image.config.digest} are`);
  rmSync(config);
  await expect(openImage(join(directory, "layout"))).rejects.toThrow(/has no bytes instead of/);
});

test("an archive of docker save, with its shared layers as links", async () => {
  const layer = await buffer((image.layers[0] as Image["config"]).open());
  const configs = ["one", "two"].map((name) => {
    const twice = imageOf([...image.layers, ...image.layers], image.platform, { Labels: { name } });
    return twice;
  });
  mkdirSync(join(directory, "saved/first"), { recursive: true });
  mkdirSync(join(directory, "saved/second"));
  writeFileSync(join(directory, "saved/first/layer.tar"), layer);
  symlinkSync("../first/layer.tar", join(directory, "saved/second/layer.tar"));
  const manifest = [];
  for (const [index, { config }] of configs.entries()) {
    writeFileSync(join(directory, `saved/${index}.json`), await buffer(config.open()));
    manifest.push({
      Config: `${index}.json`,
      RepoTags: [`name:${index}`],
      Layers: ["first/layer.tar", "second/layer.tar"],
    });
  }
  writeFileSync(join(directory, "saved/manifest.json"), JSON.stringify(manifest));
  tar("-C", "saved", "-cf", "saved.tar", ...readdirSync(join(directory, "saved")));
  await expectSame(await openImage(join(directory, "saved.tar"), { name: "name:1" }), configs[1] as Image);
  await expect(openImage(join(directory, "saved.tar"))).rejects.toThrow(
    /2 images fit one image. It holds: name:0, name:1/,
  );
});

test("a layer on disk becomes an image without being held in memory", async () => {
  writeFileSync(join(directory, "root.tar"), await buffer((image.layers[0] as Image["config"]).open()));
  await expectSame(imageOf([await layerFile(join(directory, "root.tar"))], image.platform), image);
});

test("what is no image says so", async () => {
  writeFileSync(join(directory, "text"), "x".repeat(2000));
  await expect(openImage(join(directory, "text"))).rejects.toThrow(/is no tar archive, or damaged, at byte 0/);
  await expect(openImage(directory)).rejects.toThrow(/neither index.json .* nor manifest.json/);
  await expect(openImage(join(directory, "none"))).rejects.toThrow(/no image at .*ENOENT/);
});
