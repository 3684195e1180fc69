import type { MakeFixture } from "../../support/fixture";
import { aptMirror } from "./apt-mirror";
import { aptMirrorSelected } from "./apt-mirror-selected";
import { aptPublished } from "./apt-published";
import { aptSiteKey } from "./apt-site-key";
import { aptSnapshot } from "./apt-snapshot";
import { hostAptSources } from "./host-apt-sources";
import { hostContainer } from "./host-container";
import { hostDockerSettings } from "./host-docker-settings";
import { hostFile } from "./host-file";
import { hostPipConfig } from "./host-pip-config";
import { hostService } from "./host-service";
import { labHost } from "./lab-host";
import { ociBaseImage } from "./oci-base-image";
import { ociGarbageCollection } from "./oci-garbage-collection";
import { ociImage } from "./oci-image";
import { ociImageCopied } from "./oci-image-copied";
import { ociManifestList } from "./oci-manifest-list";
import { pypiIndex } from "./pypi-index";
import { pypiPublished } from "./pypi-published";
import { pypiWheel } from "./pypi-wheel";
import { sourceCollectionsKind } from "./source-collections";
import { sourceFilesKind } from "./source-files";
import { sourceTreeKind } from "./source-tree";

/** Every kind under the contract, some in two ways. A new kind is one file and one line here. */
export const fixtures: Record<string, MakeFixture> = {
  "apt:Mirror": aptMirror,
  "apt:Mirror, selected": aptMirrorSelected,
  "apt:Published": aptPublished,
  "apt:Snapshot": aptSnapshot,
  "apt:SiteKey": aptSiteKey,
  "host:AptSources": hostAptSources,
  "host:Container": hostContainer,
  "host:DockerSettings": hostDockerSettings,
  "host:File": hostFile,
  "host:PipConfig": hostPipConfig,
  "host:Service": hostService,
  "lab:Host": labHost,
  "oci:BaseImage": ociBaseImage,
  "oci:GarbageCollection": ociGarbageCollection,
  "oci:Image": ociImage,
  "oci:Image, copied": ociImageCopied,
  "oci:ManifestList": ociManifestList,
  "pypi:Index": pypiIndex,
  "pypi:Published": pypiPublished,
  "pypi:Wheel": pypiWheel,
  "source:Collections": sourceCollectionsKind,
  "source:Files": sourceFilesKind,
  "source:Tree": sourceTreeKind,
};
