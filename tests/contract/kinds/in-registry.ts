import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Digest } from "../../../lib/content/digest";
import { buildImage } from "../../../lib/oci/build";
import { listTags } from "../../../lib/oci/catalog";
import { RegistryClient } from "../../../lib/oci/client";
import type { Image } from "../../../lib/oci/image";
import { writeLayout } from "../../../lib/oci/layout";
import { headManifest } from "../../../lib/oci/manifests";
import { pushImage } from "../../../lib/oci/push";
import { retag } from "../../../lib/oci/tag";
import { FakeRegistry } from "../../support/fake-registry";
import { LOGIN, startRegistry, type TestRegistry } from "../../support/registry";

export const REPOSITORY = "site/hello";

/** The registry under the fixtures: Debian's, or with CONTRACT_REGISTRY=fake the one in this process. */
const serve = (): Promise<TestRegistry> =>
  process.env["CONTRACT_REGISTRY"] === "fake"
    ? FakeRegistry.start({ access: { mode: "basic", ...LOGIN } })
    : startRegistry({ login: true });

/** The password, and the header it travels in. */
export const secrets = [LOGIN.password, Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64")];

/** One-layer images, as many as a test needs: the word decides the bytes. */
export const imageOf = (word: string, architecture = "amd64"): Image =>
  buildImage([{ path: "etc/greeting", content: `${word} from ${architecture}\n` }], { os: "linux", architecture });

/** A registry with a login, what is done to it by hand, and layouts to push from. */
export class Ground {
  private constructor(
    private readonly served: TestRegistry,
    readonly client: RegistryClient,
    private readonly directory: string,
  ) {}

  static async make(): Promise<Ground> {
    const served = await serve();
    const client = new RegistryClient({ address: served.address, insecure: true, ...LOGIN });
    return new Ground(served, client, await mkdtemp(join(tmpdir(), "in-registry-")));
  }

  async end(): Promise<void> {
    await this.client.close();
    await this.served.close();
    await rm(this.directory, { recursive: true });
  }

  /** As an argument; at another address it is unreachable, and still the same registry. */
  registry(address = this.served.address): object {
    return { name: "site-registry", address, insecure: true, ...LOGIN };
  }

  /** Writes a layout and returns where it is. */
  async layout(image: Image): Promise<string> {
    const path = this.layoutOf(image);
    await writeLayout(image, path, "it");
    return path;
  }

  layoutOf({ manifest }: Image): string {
    return join(this.directory, manifest.digest.slice(-12));
  }

  /** Puts an image there without any tag. */
  async push(image: Image): Promise<void> {
    await pushImage(this.client, REPOSITORY, image.manifest.digest, image);
  }

  /** Lets a tag stand for an image that is there. */
  async tag(tag: string, { manifest }: Image): Promise<void> {
    await retag(this.client, { repository: REPOSITORY, tag }, manifest.digest);
  }

  async digestAt(tag: string): Promise<Digest | undefined> {
    return (await headManifest(this.client, REPOSITORY, tag))?.digest;
  }

  /** Every tag of the repository with what it stands for. */
  async tags(): Promise<string[]> {
    const tags = await listTags(this.client, REPOSITORY);
    return Promise.all(tags.sort().map(async (tag) => `${tag} ${await this.digestAt(tag)}`));
  }

  /** Takes a blob away, as a registry's collector does with one that nothing names. */
  async collect(image: Image): Promise<void> {
    for (const { digest } of [image.config, ...image.layers]) {
      const accept = [202, 404, 405];
      await this.client.request({ method: "DELETE", repository: REPOSITORY, path: `blobs/${digest}`, accept });
    }
  }
}
