import { Host } from "../../providers/lab/host";
import { here } from "./machines";

new Host("lab-compute1", {
  host: here,
  name: "compute1",
  network: { name: "openstack-site-dev", subnet: "10.77.0.0/24" },
  address: "10.77.0.12",
  hostKeyFile: ".state/keys/dev/compute1",
  authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDY0y0Yd6pXxYtN2nTfZr0xGmUu3bH3JYk0V1hYbqzYF"],
  recipe: "0".repeat(64), // plan/hosts.ts computes it
});
