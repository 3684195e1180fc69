import { DockerSettings } from "../../providers/host/docker-settings";
import { control1 } from "./machines";

new DockerSettings("control1-docker", {
  host: control1,
  settings: { "insecure-registries": ["192.0.2.10:4000"], "live-restore": true },
});
