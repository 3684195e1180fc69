import { Mirror } from "./apt/mirror";
import { Published } from "./apt/published";
import { SiteKey } from "./apt/site-key";
import { Snapshot } from "./apt/snapshot";
import { engine } from "./contract/engine";
import { Lifecycle } from "./contract/lifecycle";
import { AptSources } from "./host/apt-sources";
import { Container } from "./host/container";
import { DockerSettings } from "./host/docker-settings";
import { File } from "./host/file";
import { PipConfig } from "./host/pip-config";
import { Service } from "./host/service";
import { Host } from "./lab/host";
import { RegistryImage } from "./lab/registry-image";
import { BaseImage } from "./oci/base-image";
import { GarbageCollection } from "./oci/garbage-collection";
import { Image } from "./oci/image";
import { ManifestList } from "./oci/manifest-list";
import { Index } from "./pypi/index";
import { Published as PublishedIndex } from "./pypi/published";
import { Wheel } from "./pypi/wheel";
import type { AnyDefinition } from "./resource";
import { Collections } from "./source/collections";
import { Files } from "./source/files";
import { Tree } from "./source/tree";

/** Every kind of resource. A new kind is one file and one line here. */
export const kinds: readonly { definition: AnyDefinition }[] = [
  Mirror,
  Published,
  Snapshot,
  SiteKey,
  AptSources,
  Container,
  DockerSettings,
  File,
  PipConfig,
  Service,
  Host,
  BaseImage,
  GarbageCollection,
  Image,
  ManifestList,
  RegistryImage,
  Index,
  PublishedIndex,
  Wheel,
  Collections,
  Files,
  Tree,
];

export { configure } from "./runner";

const lifecycles = new Map(kinds.map(({ definition }) => [definition.kind, new Lifecycle(definition, engine)]));

/** What the constant provider text in the state calls. */
export function get(kind: string): Lifecycle {
  const lifecycle = lifecycles.get(kind as AnyDefinition["kind"]);
  if (!lifecycle)
    throw new Error(`no resource kind "${kind}" in this version; it knows ${[...lifecycles.keys()].join(", ")}`);
  return lifecycle;
}
