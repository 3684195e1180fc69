import * as pulumi from "@pulumi/pulumi";
import { Image } from "../providers/oci/image";
import { ManifestList } from "../providers/oci/manifest-list";

export interface ImageSetArgs {
  registry: { name: string; address: string; insecure: boolean };
  repository: string;
  tag: string;
  digest: string;
  images: readonly {
    tag: string;
    source: string;
    digest: string;
    size: number;
    mediaType: string;
    platform: { os: string; architecture: string };
  }[];
}

/** One name for several architectures: an image for each, and the list that joins them. */
export class ImageSet extends pulumi.ComponentResource {
  readonly list: ManifestList;

  constructor(name: string, args: ImageSetArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:ImageSet", name, {}, options);
    const { registry, repository, tag, digest } = args;
    const images = args.images.map(
      ({ source, platform, ...image }) =>
        new Image(
          `${name}-${platform.architecture}`,
          { registry, repository, tag: image.tag, digest: image.digest, source, platform },
          { parent: this },
        ),
    );
    const children = args.images.map(({ source: _source, ...child }) => child);
    this.list = new ManifestList(
      name,
      { registry, repository, tag, digest, children },
      { parent: this, dependsOn: images },
    );
    this.registerOutputs({ digest });
  }
}
