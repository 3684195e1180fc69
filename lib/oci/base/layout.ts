import { canonicalJson, type Descriptor, type Digest, digestOf } from "../../content/digest";
import type { Host } from "../../host/host";
import { configFor } from "../build";
import { manifestFor } from "../image";
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP } from "../media-types";
import { writeTar } from "../tar-writer";
import { type BaseSpec, runConfig } from "./recipe";

/** Under these a manifest tells what its image was made from, and how many packages it holds. */
export const RECIPE = "io.openstack-site.recipe";
export const PACKAGES = "io.openstack-site.packages";

/** An OCI layout on a host, with one image. */
export interface BaseLayout {
  path: string;
  digest: Digest;
}

/** The layout at a path, or undefined where none was finished. */
export async function findLayout(host: Host, path: string): Promise<BaseLayout | undefined> {
  const index = await host.readFile(`${path}/index.json`);
  if (!index) return undefined;
  const { manifests } = JSON.parse(index.toString()) as { manifests: [Descriptor] };
  return { path, digest: manifests[0].digest };
}

/** Makes `layer.tar` of a work directory into a layout at `path`, beside it. */
export async function packLayout(
  host: Host,
  directory: string,
  path: string,
  spec: BaseSpec,
  recipe: string,
  signal?: AbortSignal,
): Promise<BaseLayout> {
  const { diffId, layer, packages } = await pack(host, directory, path, signal);
  const config = configFor([diffId], { os: "linux", architecture: spec.architecture }, runConfig(spec));
  const { bytes, ...manifest } = manifestFor(
    { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length },
    [layer],
    { [RECIPE]: recipe, [PACKAGES]: packages },
  );
  const input = writeTar([
    { path: "oci-layout", content: canonicalJson({ imageLayoutVersion: "1.0.0" }) },
    { path: "index.json", content: canonicalJson({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [manifest] }) },
    { path: blobPath(manifest.digest), content: bytes },
    { path: blobPath(digestOf(config)), content: config },
  ]);
  const argv = ["sh", "-c", PUBLISH, "sh", directory, blobPath(layer.digest), path];
  await host.exec(argv, { input, effect: `publish ${path}`, timeout: 120_000 });
  return { path, digest: manifest.digest };
}

const blobPath = (digest: Digest): string => `blobs/${digest.replace(":", "/")}`;

/** $1 work directory, $2 the layer's place, $3 target. Whoever published the recipe first has made the same. */
const PUBLISH = `set -e; cd "$1"; mkdir layout; tar -C layout -x
mv layer.tar.gz "layout/$2"; chmod -R u=rwX,go=rX layout; sync -f layout; [ -e "$3" ] || mv -T layout "$3"`;

/**
 * GNU gzip at its own level writes the same bytes on every machine, where pigz and Node go by their zlib; for 6 s of one
 * core once, 50 MB of a minimal Debian travel instead of 124 MB each time.
 */
const PACK = `set -e; cd "$1"; sha256sum <layer.tar
tar -xOf layer.tar ./var/lib/dpkg/status | grep -c ^Package: || true
gzip -n layer.tar; sha256sum <layer.tar.gz; stat -c %s layer.tar.gz`;

async function pack(host: Host, directory: string, path: string, signal?: AbortSignal) {
  const options = { effect: `pack ${path}`, timeout: 600_000, ...(signal && { signal }) };
  const { stdout } = await host.exec(["sh", "-c", PACK, "sh", directory], options);
  const [plain = "", packages = "", packed = "", size] = stdout.toString().split("\n");
  const digest = (sum: string): Digest => `sha256:${sum.slice(0, 64)}`;
  const layer = { mediaType: OCI_LAYER_GZIP, digest: digest(packed), size: Number(size) };
  return { diffId: digest(plain), layer, packages };
}
