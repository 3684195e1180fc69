import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson, digestOf } from "../../../lib/content/digest";
import { readBlob } from "../../../lib/oci/blobs";
import { listTags } from "../../../lib/oci/catalog";
import { RegistryClient } from "../../../lib/oci/client";
import type { Image } from "../../../lib/oci/image";
import { writeLayout } from "../../../lib/oci/layout";
import { buildList, type ListChild } from "../../../lib/oci/list";
import { deleteManifest, headManifest, putManifest } from "../../../lib/oci/manifests";
import { DOCKER_MANIFEST } from "../../../lib/oci/media-types";
import { parseImage } from "../../../lib/oci/parse";
import { pushImage } from "../../../lib/oci/push";
import { pushList } from "../../../lib/oci/push-list";
import { retag } from "../../../lib/oci/tag";
import { ociImage } from "../../contract/kinds/oci-image";
import { ociManifestList } from "../../contract/kinds/oci-manifest-list";
import { Cli, type Declared } from "../../support/cli";
import { writesDuring } from "../../support/effects";
import { startRegistry, type TestRegistry } from "../../support/registry";
import { childOf, imageFor } from "../../support/registry-suite";

jest.setTimeout(120_000);

let registry: TestRegistry;
let client: RegistryClient;
let directory: string;

beforeAll(async () => {
  registry = await startRegistry();
  client = new RegistryClient({ address: registry.address, insecure: true });
  directory = mkdtempSync(join(tmpdir(), "lists-"));
});
afterAll(async () => {
  await client.close();
  await registry.close();
  rmSync(directory, { recursive: true });
});

const digestAt = async (repository: string, tag: string) => (await headManifest(client, repository, tag))?.digest;

describe("a list and its images, by the real CLI,", () => {
  const repository = "site/hello";
  const images = ["amd64", "arm64", "s390x"].map((architecture) => imageFor(architecture));
  const [lost, moved] = images as [Image, Image];
  const theirs = imageFor("amd64", "theirs");
  const { manifest, children } = buildList(images.map((image) => childOf(image)));
  const tags = images.map(({ platform }) => `v1-${platform.architecture}`);
  let cli: Cli;

  const program = (): Declared[] => {
    const common = { registry: { name: "lists", address: registry.address, insecure: true }, repository };
    const each = images.map(({ manifest: { digest }, platform }, index): Declared => {
      const source = join(directory, platform.architecture);
      const args = { ...common, tag: tags[index], digest, platform, source };
      return { kind: "oci:Image", name: platform.architecture, args };
    });
    const args = { ...common, tag: "v1", digest: manifest.digest, children };
    return [...each, { kind: "oci:ManifestList", name: "list", args, after: each.map(({ name }) => name) }];
  };

  beforeAll(async () => {
    for (const image of images) await writeLayout(image, join(directory, image.platform.architecture), "it");
    cli = new Cli([ociImage("lists"), ociManifestList("lists")]);
    await cli.succeed("stack", "init", "batch");
    cli.declare(program());
    await cli.up();
    await pushImage(client, repository, "theirs", theirs);
  });
  afterAll(async () => {
    await cli.succeed("destroy", "--yes", "--skip-preview");
    cli.remove();
    expect(await listTags(client, repository)).toEqual(["theirs"]);
  });

  test("rest as they are", () => cli.succeed("preview", "--expect-no-changes"));

  test("show a moved list, a lost image and a moved one as differences, and are repaired by one up", async () => {
    await retag(client, { repository, tag: "v1" }, "theirs");
    await retag(client, { repository, tag: `v1-${moved.platform.architecture}` }, "theirs");
    await deleteManifest(client, repository, lost.manifest.digest);
    const steps = await cli.preview();
    const told = steps.map(({ op, urn, detailedDiff }) => [
      urn.split("::").at(-1),
      op,
      Object.keys(detailedDiff ?? {}),
    ]);
    expect(told).toEqual(
      expect.arrayContaining([
        ["amd64", "create", []],
        ["arm64", "update", ["digest"]],
        ["list", "update", ["children[0].digest", "children[1].digest", "digest"]],
      ]),
    );
    await cli.up();
    await cli.succeed("preview", "--expect-no-changes");
    expect(await digestAt(repository, "v1")).toBe(manifest.digest);
    for (const [index, image] of images.entries()) {
      expect(await digestAt(repository, tags[index] ?? "")).toBe(image.manifest.digest);
    }
  });
});

describe("a list over images of other repositories", () => {
  const images = ["amd64", "s390x"].map((architecture) => imageFor(architecture, "elsewhere"));
  const from = ({ platform }: Image) => `there/${platform.architecture}`;
  const list = buildList(images.map((image) => ({ ...childOf(image), from: from(image) })));

  test("brings them in by mounts alone, and tags them", async () => {
    for (const image of images) await pushImage(client, from(image), "v1", image);
    const fresh = new RegistryClient({ address: registry.address, insecure: true });
    const { writes } = await writesDuring(() => pushList(fresh, "here/joined", "v1", list));
    await fresh.close();
    const uploads = writes.filter((write) => /^(PUT|PATCH) .*blobs/.test(write));
    expect({ uploads, count: writes.length }).toEqual({ uploads: [], count: 2 * (2 + 1) + 1 });
    expect((await listTags(client, "here/joined")).sort()).toEqual(["v1", "v1-amd64", "v1-s390x"]);
    for (const { layers } of images) for (const layer of layers) await readBlob(client, "here/joined", layer);
    expect(await pushList(client, "here/joined", "v1", list)).toEqual({ changed: false });
  });

  test("is refused before any write where one is nowhere, or is for another architecture", async () => {
    const [amd64] = images as [Image];
    const nowhere = buildList([{ ...childOf(imageFor("arm64", "unpushed")), from: "there/amd64" }]);
    const liar = buildList([
      { ...childOf(amd64), from: from(amd64), platform: { os: "linux", architecture: "arm64" } },
    ]);
    for (const [wrong, why] of [
      [nowhere, /is not in .*here\/refused, nor in there\/amd64\. Try/],
      [liar, /there\/amd64@sha256:.* is for linux\/amd64, not linux\/arm64/],
    ] as const) {
      const { result, writes } = await writesDuring(() => pushList(client, "here/refused", "v1", wrong).catch(String));
      expect(result).toMatch(why);
      expect(writes).toEqual([]);
    }
  });
});

describe.each(["oci", "docker"] as const)("a list (%s) over images of OCI and of Docker", (format) => {
  test("is kept by the registry, and pulled by Docker and skopeo", async () => {
    const repository = `mixed/${format}`;
    const [oci, docker] = [imageFor("amd64", format), imageFor("s390x", format)];
    await pushImage(client, repository, "v1-amd64", oci);
    await pushImage(client, repository, "v1-s390x", docker);
    const child = await asDocker(repository, docker);
    await pushList(client, repository, "v1", buildList([childOf(oci), child], format));
    const name = `${registry.address}/${repository}:v1`;
    const skopeo = ["--override-arch=s390x", "inspect", "--tls-verify=false", "--config", "--raw", `docker://${name}`];
    expect(JSON.parse(execFileSync("skopeo", skopeo, { encoding: "utf8" }))).toMatchObject({ architecture: "s390x" });
    execFileSync("docker", ["pull", "--quiet", name]);
    const [pulled] = JSON.parse(execFileSync("docker", ["image", "inspect", name], { encoding: "utf8" }));
    execFileSync("docker", ["image", "rm", name]);
    expect(pulled).toMatchObject({ Architecture: "amd64" });
  });

  /** The same image in Docker's words. */
  async function asDocker(repository: string, image: Image): Promise<ListChild> {
    const { config, layers } = parseImage(image.manifest.bytes, "it");
    const docker = (what: string) => `application/vnd.docker.${what}`;
    const bytes = canonicalJson({
      ...{ schemaVersion: 2, mediaType: DOCKER_MANIFEST },
      config: { ...config, mediaType: docker("container.image.v1+json") },
      layers: layers.map((layer) => ({ ...layer, mediaType: docker("image.rootfs.diff.tar") })),
    });
    const manifest = { bytes, digest: digestOf(bytes), size: bytes.length, mediaType: DOCKER_MANIFEST };
    await putManifest(client, repository, "v1-s390x", manifest);
    return childOf({ ...image, manifest });
  }
});
