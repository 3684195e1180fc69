import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { openBlob } from "../../lib/oci/blobs";
import { buildImage } from "../../lib/oci/build";
import { RegistryClient } from "../../lib/oci/client";
import type { Image } from "../../lib/oci/image";
import { deleteManifest, headManifest } from "../../lib/oci/manifests";
import { pushImage } from "../../lib/oci/push";
import { startRegistry, type TestRegistry } from "./registry";
import { type S3Server, startS3 } from "./s3-server";

/** More than the registry sends to the store in one piece. */
const PIECES = 25 * 1024 * 1024;

/** A registry whose data is in a store that speaks S3. */
export function s3Suite(version: 2 | 3): void {
  let s3: S3Server;
  const open: { close(): Promise<void> }[] = [];

  async function serve(extra: object = {}): Promise<{ registry: TestRegistry; client: RegistryClient }> {
    const registry = await startRegistry({ version, s3: { ...s3.store, ...extra } });
    const client = new RegistryClient({ address: registry.address, insecure: true });
    open.unshift(client, registry);
    return { registry, client };
  }

  beforeAll(async () => {
    s3 = await startS3();
  }, 120_000);
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  afterAll(() => s3.close());

  test("keeps what is pushed, small and in pieces, and serves it itself after a restart", async () => {
    const content = randomBytes(PIECES);
    const image: Image = buildImage([{ path: "data", content }], { os: "linux", architecture: "amd64" });
    const { registry, client } = await serve();
    await pushImage(client, "a/b", "v1", image);
    await registry.close();
    const again = await serve();
    const [layer] = image.layers as [Image["config"]];
    expect(await headManifest(again.client, "a/b", "v1")).toMatchObject({ digest: image.manifest.digest });
    // The client refuses to be sent elsewhere over plain HTTP only where it was not allowed: here nothing sends it.
    const served = await buffer(openBlob(again.client, "a/b", layer));
    expect(served.equals(await buffer(layer.open()))).toBe(true);
    expect((await s3.objects()).filter((name) => name.endsWith("/data"))).toHaveLength(3);
  }, 60_000);

  test("under its own prefix, and deletes there", async () => {
    const image = buildImage([{ path: "data", content: "x" }], { os: "linux", architecture: "amd64" });
    const { client } = await serve({ prefix: "/site" });
    await pushImage(client, "c", "v1", image);
    expect((await s3.objects()).some((name) => /^site\/docker\/registry\/v2\/repositories\/c\//.test(name))).toBe(true);
    await deleteManifest(client, "c", image.manifest.digest);
    expect(await headManifest(client, "c", "v1")).toBeUndefined();
  });
}
