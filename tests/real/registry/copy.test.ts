import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, forget } from "../../../lib/host/connect";
import { runJob } from "../../../lib/host/job";
import { copyImage as copyJob } from "../../../lib/host/jobs/copy-image";
import { imageOf } from "../../../lib/oci/build";
import { RegistryClient } from "../../../lib/oci/client";
import { copyImage } from "../../../lib/oci/copy";
import { blobOf } from "../../../lib/oci/image";
import { headManifest } from "../../../lib/oci/manifests";
import { OCI_LAYER } from "../../../lib/oci/media-types";
import { pushImage } from "../../../lib/oci/push";
import { openRemoteImage } from "../../../lib/oci/remote";
import { cuttingProxy } from "../../support/cutting-proxy";
import { LOGIN, startRegistry, type TestRegistry } from "../../support/registry";
import { bundleRunner } from "../../support/runner";
import { startSshd } from "../../support/sshd";

const platform = { os: "linux", architecture: "arm64" };
const MIB = 1024 * 1024;
const image = imageOf([blobOf(OCI_LAYER, randomBytes(24 * MIB)), blobOf(OCI_LAYER, randomBytes(50_000))], platform);
const want = { digest: image.manifest.digest, platform };
let source: TestRegistry;
let target: TestRegistry;
let from: RegistryClient;
let to: RegistryClient;
let directory: string;

const clientOf = (address: string) => new RegistryClient({ address, insecure: true, ...LOGIN });
/** A second answer of the registry than the one under test: its own bytes, read back whole. */
const readBack = async (repository: string, tag: string) => {
  const { manifest, config, layers } = await openRemoteImage({ client: to, repository }, tag);
  for (const blob of [config, ...layers]) for await (const _chunk of blob.open());
  return manifest;
};

beforeAll(async () => {
  [source, target] = await Promise.all([startRegistry({ login: true }), startRegistry({ login: true })]);
  [from, to] = [clientOf(source.address), clientOf(target.address)];
  directory = mkdtempSync(join(tmpdir(), "openstack-site-copy-"));
  await pushImage(from, "theirs", "v1", image);
});
afterAll(async () => {
  for (const each of [from, to, source, target]) await each.close();
  rmSync(directory, { recursive: true });
});

test("an image of Docker's kind, as skopeo pushes it, is the same afterwards", async () => {
  const login = `${LOGIN.username}:${LOGIN.password}`;
  const [theirs, there] = [`docker://${source.address}/theirs:v1`, `docker://${source.address}/docker:v1`];
  const flags = ["--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", login, "--dest-creds", login];
  execFileSync("skopeo", ["copy", "-q", "--format=v2s2", "--override-arch=arm64", ...flags, theirs, there]);
  const standing = await headManifest(from, "docker", "v1");
  const digest = standing?.digest ?? want.digest;
  await copyImage(
    { client: from, repository: "docker" },
    { client: to, repository: "docker", tag: "v1" },
    { digest, platform },
  );
  expect(await readBack("docker", "v1")).toMatchObject({ ...standing });
  expect(standing?.mediaType).toContain("docker.distribution.manifest.v2");
});

test("a connection cut on either side costs no more than this registry forgets, and no image", async () => {
  const [download, upload] = [await cuttingProxy(source.address, 5 * MIB), await cuttingProxy(target.address, 5 * MIB)];
  const [cutFrom, cutTo] = [clientOf(download.address), clientOf(upload.address)];
  try {
    await copyImage({ client: cutFrom, repository: "theirs" }, { client: cutTo, repository: "cut", tag: "v1" }, want);
    expect(await readBack("cut", "v1")).toEqual(image.manifest);
    expect([download.cuts, upload.cuts]).toEqual([1, 1]);
  } finally {
    for (const each of [cutFrom, cutTo, download, upload]) await each.close();
  }
});

test("a new name in the same registry, and a new tag, are a matter of the manifest", async () => {
  await copyImage({ client: from, repository: "theirs" }, { client: from, repository: "ours", tag: "v1" }, want);
  await copyImage({ client: from, repository: "ours" }, { client: from, repository: "ours", tag: "v2" }, want);
  for (const tag of ["v1", "v2"]) expect(await headManifest(from, "ours", tag)).toMatchObject({ digest: want.digest });
});

test("images that share layers, pushed at once by a client each, all stand", async () => {
  const shared = Array.from({ length: 6 }, () => blobOf(OCI_LAYER, randomBytes(200_000)));
  const images = Array.from({ length: 8 }, () => imageOf([...shared, blobOf(OCI_LAYER, randomBytes(100))], platform));
  const clients = images.map(() => clientOf(target.address));
  await Promise.all(
    images.map((each, index) => pushImage(clients[index] as RegistryClient, "shared", `v${index}`, each)),
  );
  for (const [index, each] of images.entries()) {
    expect(await headManifest(to, "shared", `v${index}`)).toMatchObject({ digest: each.manifest.digest });
  }
  for (const client of clients) await client.close();
});

test("bytes pass through the host that is named, by the runner that is shipped there", async () => {
  const sshd = await startSshd();
  const connection = sshd.connection();
  try {
    const order = {
      from: { registry: { address: source.address, insecure: true, ...LOGIN }, repository: "theirs" },
      to: { registry: { address: target.address, insecure: true, ...LOGIN }, repository: "remote", tag: "v1" },
      want,
    };
    const host = await connect(connection);
    const runner = bundleRunner(directory);
    expect(await runJob(host, copyJob, order, { runner })).toEqual({ changed: true });
    expect(await runJob(host, copyJob, order, { runner })).toEqual({ changed: false });
    expect(await readBack("remote", "v1")).toEqual(image.manifest);
    const wrong = { ...order, want: { ...want, platform: { ...platform, architecture: "amd64" } } };
    await expect(runJob(host, copyJob, { ...wrong, to: { ...order.to, tag: "v2" } }, { runner })).rejects.toThrow(
      /is for linux\/arm64, not linux\/amd64/,
    );
  } finally {
    await forget(connection);
    await sshd.stop();
  }
});
