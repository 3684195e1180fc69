import { RegistryClient } from "../../lib/oci/client";
import { copyImage } from "../../lib/oci/copy";
import { buildList } from "../../lib/oci/list";
import { pushList } from "../../lib/oci/push-list";
import { resolveImages } from "../../lib/oci/resolve";

/** Copies one name from a registry to another, for the architectures it is wanted for, and joins the images anew. */
export async function copyList(from: string, to: string, repository: string, tag: string, architectures: string[]) {
  const [source, target] = [from, to].map((address) => new RegistryClient({ address, insecure: true }));
  if (!source || !target) throw new Error("two registries are needed");
  const images = [...((await resolveImages(source, repository, tag, architectures)) ?? new Map()).values()];
  for (const image of images) {
    const at = { client: target, repository, tag: `${tag}-${image.platform.architecture}` };
    await copyImage({ client: source, repository }, at, image);
  }
  const list = buildList(images);
  await pushList(target, repository, tag, list);
  await Promise.all([source.close(), target.close()]);
  return list.manifest.digest;
}
