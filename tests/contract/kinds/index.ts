import type { MakeFixture } from "../../support/fixture";
import { hostContainer } from "./host-container";
import { hostDockerSettings } from "./host-docker-settings";
import { hostFile } from "./host-file";
import { hostService } from "./host-service";
import { labHost } from "./lab-host";
import { ociImage } from "./oci-image";
import { ociManifestList } from "./oci-manifest-list";

/** Every kind under the contract. A new kind is one file and one line here. */
export const fixtures: Record<string, MakeFixture> = {
  "host:Container": hostContainer,
  "host:DockerSettings": hostDockerSettings,
  "host:File": hostFile,
  "host:Service": hostService,
  "lab:Host": labHost,
  "oci:Image": ociImage,
  "oci:ManifestList": ociManifestList,
};
