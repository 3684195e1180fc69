import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "../providers/host/on-host";
import { BaseImage } from "../providers/oci/base-image";
import { Image } from "../providers/oci/image";
import type { RegistryReach } from "../providers/oci/in-registry";
import { ManifestList } from "../providers/oci/manifest-list";

/** A set as it was planned; of one that comes from another registry, that is known by its name in the stack file. */
export interface PlannedSet {
  repository: string;
  tag: string;
  adopt: boolean;
  /** Of the list; absent where an image of it is made on the way. */
  digest?: string;
  images: readonly {
    tag: string;
    source: string | { registry?: string; repository: string };
    digest: string;
    size: number;
    mediaType: string;
    platform: { os: string; architecture: string; variant?: string };
  }[];
  /** Images that are made on the way, from packages. */
  bases: readonly {
    tag: string;
    architecture: "amd64" | "arm64" | "s390x";
    sources: { uri: string; suites: string[]; components: string[]; signedBy?: string | undefined; trusted: boolean }[];
    packages: string[];
    /** Of the site's mirrors, where it is made from these. */
    snapshot?: string;
    recipe: string;
  }[];
  holes: readonly { architecture: string; why: string }[];
}

export interface ImageSetArgs extends PlannedSet {
  /** The machine that makes images from packages. */
  builder: ConnectionArgs;
  registry: RegistryReach;
  /** Where images come from, by name. */
  registries: Readonly<Record<string, RegistryReach>>;
}

/** One name for several architectures: an image for each, and the list that joins them. */
export class ImageSet extends pulumi.ComponentResource {
  /** Of the list. */
  readonly digest: pulumi.Input<string>;
  /** What stands for each architecture that was asked for: a digest, or why there is none. */
  readonly architectures: Readonly<Record<string, pulumi.Input<string>>>;

  constructor(name: string, args: ImageSetArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:ImageSet", name, {}, options);
    const { registry, repository, tag, adopt, holes } = args;
    const take = adopt ? { adopt } : {};
    const images = args.images.map((image) => this.image(name, args, image, take));
    const bases = args.bases.map((base) => this.base(name, args, base, take));
    const children = [...args.images.map(({ source: _source, ...child }) => child), ...bases.map(childOf)];
    const digest = args.digest ?? ManifestList.digestOf(children);
    this.digest = digest;
    const missing = holes.length > 0 ? { missing: holes.map(({ architecture }) => architecture) } : {};
    new ManifestList(
      name,
      { registry, repository, tag, digest, children, ...missing, ...take },
      { parent: this, dependsOn: [...images, ...bases.map(({ image }) => image)] },
    );
    this.architectures = Object.fromEntries([
      ...children.map((child) => [child.platform.architecture, child.digest]),
      ...holes.map(({ architecture, why }) => [architecture, `missing: ${why}`]),
    ]);
    for (const { architecture, why } of holes) {
      void pulumi.log.warn(`${repository}:${tag} has no image for ${architecture}: ${why}`, this);
    }
    this.registerOutputs({ digest, architectures: this.architectures });
  }

  private image(name: string, args: ImageSetArgs, { source, platform, tag, digest }: Planned, take: object): Image {
    const { registry, registries, repository } = args;
    const bytes = typeof source === "string" ? source : from(source, registries);
    const all = { registry, repository, tag, digest, platform, source: bytes, ...take };
    return new Image(`${name}-${platform.architecture}`, all, { parent: this });
  }

  private base(name: string, args: ImageSetArgs, base: PlannedBase, take: object): Made {
    const { registry, repository, builder: host } = args;
    const all = { ...base, registry, repository, host, ...take };
    return { image: new BaseImage(`${name}-${base.architecture}`, all, { parent: this }), base };
  }
}

type Planned = PlannedSet["images"][number];
type PlannedBase = PlannedSet["bases"][number];
interface Made {
  image: BaseImage;
  base: PlannedBase;
}

const childOf = ({ image: { digest, size, mediaType }, base: { tag, architecture } }: Made) => ({
  ...{ digest, size, mediaType, tag },
  platform: { os: "linux", architecture },
});

function from(
  { registry, repository }: { registry?: string; repository: string },
  registries: ImageSetArgs["registries"],
): { registry?: RegistryReach; repository: string } {
  if (registry === undefined) return { repository };
  const reach = registries[registry];
  if (!reach) throw new Error(`no registry "${registry}" to take ${repository} from`);
  return { registry: reach, repository };
}
