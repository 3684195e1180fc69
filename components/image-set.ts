import * as pulumi from "@pulumi/pulumi";
import { Image } from "../providers/oci/image";
import type { RegistryReach } from "../providers/oci/in-registry";
import { ManifestList } from "../providers/oci/manifest-list";

/** A set as it was planned; of one that comes from another registry, that is known by its name in the stack file. */
export interface PlannedSet {
  repository: string;
  tag: string;
  adopt: boolean;
  digest: string;
  images: readonly {
    tag: string;
    source: string | { registry?: string; repository: string };
    digest: string;
    size: number;
    mediaType: string;
    platform: { os: string; architecture: string; variant?: string };
  }[];
  holes: readonly { architecture: string; why: string }[];
}

export interface ImageSetArgs extends PlannedSet {
  registry: RegistryReach;
  /** Where images come from, by name. */
  registries: Readonly<Record<string, RegistryReach>>;
}

/** One name for several architectures: an image for each, and the list that joins them. */
export class ImageSet extends pulumi.ComponentResource {
  readonly list: ManifestList;
  /** What stands for each architecture that was asked for: a digest, or why there is none. */
  readonly architectures: Readonly<Record<string, string>>;

  constructor(name: string, args: ImageSetArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:ImageSet", name, {}, options);
    const { registry, registries, repository, tag, digest, adopt, holes } = args;
    const take = adopt ? { adopt } : {};
    const images = args.images.map(
      ({ source, platform, ...image }) =>
        new Image(
          `${name}-${platform.architecture}`,
          {
            ...{ registry, repository, tag: image.tag, digest: image.digest, platform },
            source: typeof source === "string" ? source : from(source, registries),
            ...take,
          },
          { parent: this },
        ),
    );
    const children = args.images.map(({ source: _source, ...child }) => child);
    this.list = new ManifestList(
      name,
      { registry, repository, tag, digest, children, ...take },
      { parent: this, dependsOn: images },
    );
    this.architectures = {
      ...Object.fromEntries(args.images.map((image) => [image.platform.architecture, image.digest])),
      ...Object.fromEntries(holes.map(({ architecture, why }) => [architecture, `missing: ${why}`])),
    };
    for (const { architecture, why } of holes) {
      void pulumi.log.warn(`${repository}:${tag} has no image for ${architecture}: ${why}`, this);
    }
    this.registerOutputs({ digest, architectures: this.architectures });
  }
}

function from(
  { registry, repository }: { registry?: string; repository: string },
  registries: ImageSetArgs["registries"],
): { registry?: RegistryReach; repository: string } {
  if (registry === undefined) return { repository };
  const reach = registries[registry];
  if (!reach) throw new Error(`no registry "${registry}" to take ${repository} from`);
  return { registry: reach, repository };
}
