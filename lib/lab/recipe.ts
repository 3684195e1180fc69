import { createHash } from "node:crypto";
import type { TarFile } from "../oci/tar-writer";
import { labRunc } from "./lab-runc";

/** All that decides what is in a lab host's image. The mirror it comes from does not. */
export interface LabRecipe {
  suite: string;
  packages: readonly string[];
  /** Put in last. */
  files: readonly TarFile[];
  /** Run in the image when all is in place. */
  hooks: readonly string[];
}

/** Under it an image tells its recipe. */
export const RECIPE_LABEL = "openstack-site.recipe";

/** Debian 12: its systemd still works with version 1 of control groups. */
export const labRecipe: LabRecipe = {
  suite: "bookworm",
  packages: [
    ...["systemd", "systemd-sysv", "dbus", "udev", "openssh-server", "sudo", "ca-certificates"],
    ...["python3", "python3-dbus", "python3-docker", "docker.io", "iptables", "iproute2", "procps", "kmod"],
  ],
  files: [
    { path: "usr/local/sbin/lab-runc", mode: "0755", content: labRunc },
    {
      path: "etc/systemd/system/docker.service.d/lab.conf",
      // Containers that share mounts with the host need what a machine's own boot sets up and a container's does not.
      content: "[Service]\nExecStartPre=/bin/mount --make-rshared /\n",
    },
  ],
  hooks: [
    // Each host gets its own.
    'rm -f "$1"/etc/ssh/ssh_host_*',
    'chroot "$1" systemctl mask --quiet systemd-logind.service getty.target console-getty.service',
    // Options of the machine that built it, such as a proxy, are not the host's.
    'rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap',
  ],
};

export function recipeDigest(recipe: object): string {
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex");
}
