import { Service } from "../../providers/host/service";
import { control1 } from "./machines";

// Off now and after the next boot; as it was before, once this resource is removed.
new Service("no-unattended-upgrades", {
  host: control1,
  unit: "unattended-upgrades.service",
  enabled: false,
  active: false,
});
