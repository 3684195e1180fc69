import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "../providers/host/on-host";
import { PipConfig } from "../providers/host/pip-config";
import { GarbageCollection } from "../providers/oci/garbage-collection";
import type { RegistryReach } from "../providers/oci/in-registry";
import { AptClient, type ClientPlan } from "./apt-client";
import { Content, type ContentPlan } from "./content";
import { ImageSet, type ImageSetArgs, type PlannedSet } from "./image-set";
import { type Machine, on } from "./machine";
import { Node, type RegistryTrust } from "./node";
import { Registry, type RegistryServer } from "./registry";

export interface SeedArgs {
  machine: Machine;
  /** This machine, where images are made. */
  builder: ConnectionArgs;
  registry: {
    way: RegistryReach;
    authority?: { source: string; digest: string };
    /** Absent where it stands already. */
    server?: RegistryServer;
  };
  /** What the registry's image is made from. */
  registryRecipe?: string | undefined;
  images: readonly PlannedSet[];
  /** One digest over them all; given where garbage of the registry is collected when it changes. */
  collect?: string | undefined;
  /** Registries images come from, by name. */
  registries: ImageSetArgs["registries"];
  /** What is served as files: where it is kept, what it is, and by host what it installs of it, and which index it asks. */
  content?:
    | {
        keeper: Machine;
        /** By name: hosts that build wheels. */
        builders: Readonly<Record<string, Machine>>;
        plan: ContentPlan;
        clients: Readonly<Record<string, ClientPlan>>;
        indexes: Readonly<Record<string, string>>;
      }
    | undefined;
}

/** What a site is fed from: the registry, the images and lists in it, and what is served as files. */
export class Seed extends pulumi.ComponentResource {
  /** What the Docker of other hosts must know of the registry. Plain: what is pulled does not depend on its container. */
  readonly trust: RegistryTrust;
  /** By name of the image: what stands for each architecture, or why nothing does. */
  readonly architectures: Readonly<Record<string, ImageSet["architectures"]>>;
  /** By name of the image: the digest of its list. */
  readonly lists: Readonly<Record<string, pulumi.Input<string>>>;
  readonly content: Content | undefined;

  constructor(name: string, args: SeedArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:Seed", name, {}, options);
    const { machine, builder, registryRecipe: recipe } = args;
    const { way, authority, server } = args.registry;
    const { address, insecure = false } = way;
    this.trust = { address, insecure, ...(authority && { authority }) };
    const node = new Node(`${name}-host`, { machine, registry: this.trust }, { parent: this });
    const called = `${name}-registry`;
    const registry =
      server && recipe
        ? new Registry(called, { machine, builder, recipe, server }, { parent: this, dependsOn: [node] })
        : undefined;
    const gone = machine.resource && { deletedWith: machine.resource };
    // What is in a registry that stands elsewhere does not go with this machine.
    const within = { parent: this, ...(registry && { dependsOn: [registry], ...gone }) };
    const reach = { name: called, ...way };
    this.content = this.serve(name, args, reach, registry ? { dependsOn: [registry], ...gone } : { dependsOn: [node] });
    const { content } = this;
    // What is made from the site's mirrors waits until they are served.
    const after = (image: PlannedSet) =>
      content && mirrored(image) ? { ...within, dependsOn: [...(registry ? [registry] : []), content] } : within;
    const sets = args.images.map((image) => {
      const { repository, tag } = image;
      const unique = `${name}-${repository.replaceAll("/", "-")}-${tag}`;
      const set = new ImageSet(
        unique,
        { ...image, builder, registry: reach, registries: args.registries },
        after(image),
      );
      return { named: `${repository}:${tag}`, set };
    });
    this.architectures = Object.fromEntries(sets.map(({ named, set }) => [named, set.architectures]));
    this.lists = Object.fromEntries(sets.map(({ named, set }) => [named, set.digest]));
    if (registry && args.collect !== undefined) {
      void pulumi.log.info(
        `where ${called}-garbage is created or updated, ${address} takes no pushes meanwhile; pulls go on`,
        this,
      );
      new GarbageCollection(
        `${called}-garbage`,
        { host: machine.connection, container: "registry", registry: reach, content: args.collect },
        { parent: this, dependsOn: [registry, ...(content ? [content] : []), ...sets.map(({ set }) => set)], ...gone },
      );
    }
    this.registerOutputs({ registry: address });
  }

  private serve(name: string, args: SeedArgs, registry: RegistryReach, within: object): Content | undefined {
    const { machine, builder, content, images } = args;
    if (!content) return undefined;
    const { keeper, builders, plan, clients, indexes } = content;
    const builds = images.some(mirrored);
    const parts = { keeper, builders, builds, server: machine, builder, registry, within, plan };
    const made = new Content(`${name}-content`, parts, { parent: this });
    const called = machine.connection.name ?? "";
    const [client, index] = [clients[called], indexes[called]];
    const { publicKey } = made;
    if (client) new AptClient(`${name}-apt`, { machine, publicKey, ...client }, { parent: this, dependsOn: [made] });
    if (index !== undefined) new PipConfig(`${name}-pip`, { host: machine.connection, index }, on(machine, this, made));
    return made;
  }
}

/** Whether it is made from what the site's mirrors hold. */
const mirrored = ({ bases }: PlannedSet): boolean => bases.some(({ snapshot }) => snapshot !== undefined);
